// What the app may have of the Space's secrets: opens the box that the vault sealed for this one run, and puts each where the app
// finds it. The opening is a copy of what the rest of Holdfast has, because nothing of it is here.
import {
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { writeFileSync } from 'node:fs';

/** A pair of keys of this run. */
export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
}

/** What was opened: variables for the app; files are in their place. */
export type Variables = Readonly<Record<string, string>>;

const DER_HEAD = Buffer.from('302a300506032b656e032100', 'hex');
const PURPOSE = 'holdfast sealed box: secrets for the program inside';
const NONCE = 12;
const TAG = 16;
/** Where files of secrets are, in memory. */
export const FILES = '/run/secrets';

/** Makes the pair. */
export function makePair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { privateKey, publicKey: der.subarray(DER_HEAD.length).toString('base64url') };
}

/** Opens a box. Throws when it is not from this vault, for this pair, and about this run. */
export function openBox(pair: Pair, { vault, run, box }: BoxFrom): Buffer {
  const der = Buffer.concat([DER_HEAD, Buffer.from(vault, 'base64url')]);
  const shared = diffieHellman({
    privateKey: pair.privateKey,
    publicKey: createPublicKey({ key: der, format: 'der', type: 'spki' }),
  });
  const peers = [pair.publicKey, vault].toSorted().join('.');
  const key = Buffer.from(hkdfSync('sha256', shared, peers, PURPOSE, 32));
  const bytes = Buffer.from(box, 'base64url');
  const end = bytes.length - TAG;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE))
    .setAAD(Buffer.from(run))
    .setAuthTag(bytes.subarray(end));
  const opened = decipher.update(bytes.subarray(NONCE, end));
  decipher.final();
  return opened;
}

interface BoxFrom {
  readonly vault: string;
  readonly run: string;
  readonly box: string;
}

/** What an app has of its Space's secrets. */
export interface Placed {
  readonly variables: Variables;
  /** Whether the door puts values into requests. */
  readonly brokered: boolean;
  /** What must not stand in a log, by name. */
  readonly values: ReadonlyMap<string, Buffer>;
}

/** Puts files in their place, readable by this user alone. */
export function placeSecrets(opened: Buffer): Placed {
  let at = 4 + opened.readUInt32BE(0);
  const { secrets, brokered } = JSON.parse(opened.toString('utf8', 4, at)) as {
    brokered: boolean;
    secrets: { name: string; way: 'variable' | 'file'; bytes: number }[];
  };
  const variables: Record<string, string> = {};
  const values = new Map<string, Buffer>();
  for (const { name, way, bytes } of secrets) {
    const value = opened.subarray(at, at + bytes);
    at += bytes;
    values.set(name, value);
    if (way === 'variable') variables[name] = value.toString('utf8');
    else {
      writeFileSync(`${FILES}/${name}`, value, { mode: 0o400, flag: 'wx' });
      variables[`${name}_FILE`] = `${FILES}/${name}`;
    }
  }
  return { variables, brokered, values };
}
