// The notary's own folder, which no other process can read or write: its signing key, the public half of it for those who
// verify, and what it signed last. Beside the keys and not in the data: who restores old data does not restore this.
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { type Checkpoint, epochOf } from './checkpoint.ts';
import { findText, makeText, writeText } from '@holdfast/platform/private-files';
import { type Cut, NO_CUT } from './cut.ts';
import { presentVerifier, verifierOf, type NoteSigner } from './note.ts';
import { HASH_BYTES, sha256 } from './tree/hash.ts';

/** What was signed last. */
export interface LastSigned {
  /** Counts the restores that were accepted; each begins a log of its own origin. */
  readonly epoch: number;
  readonly size: number;
  readonly root: Buffer;
  /** Root of the map of heads; absent where a version that did not keep it wrote the record. */
  readonly heads?: Buffer | undefined;
  /** What may be cut off: what is, and while something is being cut off, what will be. Absent: nothing. */
  readonly cuts?: readonly Cut[];
}

/** What places told when the database was not as one of them said: it is held against each until it has them all, or its loss is accepted. */
export interface Missed {
  readonly all: readonly LastSigned[];
  /** Keeps more beside what is kept, so that a seal stands also when the places tell nothing at the next start. On disk when this returns. */
  note(told: readonly Checkpoint[]): Promise<void>;
  forget(): Promise<void>;
}

/** The folder, open. */
export interface OwnFolder {
  readonly signer: NoteSigner;
  /** Whether the key was made just now, so that nobody can have anything that it signed. */
  readonly isNew: boolean;
  /** What was signed last, as it was at the start; `undefined` before the first. */
  readonly last: LastSigned | undefined;
  /** What was signed last, as it is now: another notary of the same database may use the folder. */
  read(): Promise<LastSigned | undefined>;
  /** On disk when this returns. */
  write(last: LastSigned): Promise<void>;
  readonly missed: Missed;
  /** Whether this endpoint had a checkpoint of this log once. */
  knowsEndpoint(url: string): Promise<boolean>;
  noteEndpoint(url: string): Promise<void>;
  /** Has whichever it was count as one that never had any. */
  forgetEndpoint(): Promise<void>;
}

/** Opens it; makes the key where there never was one. Throws an `Error` when the key is lost. */
export async function openOwnFolder(folder: string): Promise<OwnFolder> {
  const [keyFile, lastFile] = [`${folder}/signing.key`, `${folder}/last-signed.json`];
  const last = await findText(lastFile);
  const isNew = (await findText(keyFile)) === undefined;
  // Another notary of the same database may make it at the same instant; then both use the one that was first.
  if (isNew) {
    if (last !== undefined)
      throw new Error(
        'the signing key of the ledger (notary/signing.key among the keys) is missing, and another one cannot continue ' +
          'what it signed: put it back',
      );
    const { privateKey } = generateKeyPairSync('ed25519');
    await makeText(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }
  const signer = signerOf((await findText(keyFile)) ?? '');
  await writeText(`${folder}/public.key`, `${presentVerifier(verifierOf(signer))}\n`, { mode: 0o644 });
  return {
    signer,
    isNew,
    last: last === undefined ? undefined : parseLast(last),
    read: async () => {
      const text = await findText(lastFile);
      return text === undefined ? undefined : parseLast(text);
    },
    write: async (record) => await writeText(lastFile, presentLast(record)),
    missed: await openMissed(folder, signer),
    ...endpointsIn(folder),
  };
}

/** Checkpoints that are kept: one is enough for a seal, and a place that tells ever others fills no disk. */
const MOST_MISSED = 16;

async function openMissed(folder: string, signer: NoteSigner): Promise<Missed> {
  const file = `${folder}/missed.json`;
  const text = (await findText(file)) ?? '';
  let kept: readonly LastSigned[] = text
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [parseLast(line)]));
  const write = async (all: readonly LastSigned[]): Promise<void> => {
    await writeText(file, all.map(presentLast).join(''));
    kept = all;
  };
  return {
    get all() {
      return kept;
    },
    note: async (told) => {
      const known = told.map((one) => ({
        ...{ size: one.size, root: one.root, heads: one.heads, cuts: [one.cut] },
        epoch: epochOf(one.origin, signer.name) ?? 0,
      }));
      const isKept = (one: LastSigned): boolean =>
        kept.some(
          ({ epoch, size, root }) => epoch === one.epoch && size === one.size && root.equals(one.root),
        );
      // None gives way to another, the largest least of all: a fork that outgrew what is missed is no witness of it.
      const all = [...kept, ...known.filter((one) => !isKept(one))].slice(0, MOST_MISSED);
      if (all.length > kept.length) await write(all);
    },
    forget: async () => {
      if (kept.length > 0) await write([]);
    },
  };
}

// Named by digest: an address may hold what only its owner should know.
function endpointsIn(folder: string): Pick<OwnFolder, 'knowsEndpoint' | 'noteEndpoint' | 'forgetEndpoint'> {
  const file = `${folder}/endpoint.sha256`;
  const nameOf = (url: string): string => `${sha256(Buffer.from(url)).toString('hex')}\n`;
  return {
    knowsEndpoint: async (url) => (await findText(file)) === nameOf(url),
    noteEndpoint: async (url) => await writeText(file, nameOf(url)),
    forgetEndpoint: async () => await writeText(file, ''),
  };
}

function presentLast({ epoch, size, root, heads, cuts = [NO_CUT] }: LastSigned): string {
  const record = {
    ...{ epoch, size, root: root.toString('base64'), heads: heads?.toString('base64') },
    cuts: cuts.map((cut) => ({ size: cut.size, lanes: cut.lanes.toString('base64') })),
  };
  return `${JSON.stringify(record)}\n`;
}

/** A key with the name of its log, which follows from the key: two logs never share one. */
export function signerOf(pem: string): NoteSigner {
  const key = createPrivateKey(pem);
  const { key: bytes } = verifierOf({ name: '', key });
  return { key, name: `holdfast-ledger/${sha256(bytes).toString('hex').slice(0, 16)}` };
}

function parseLast(text: string): LastSigned {
  const { epoch, size, root, heads, cuts = [] } = JSON.parse(text) as { readonly [field: string]: unknown };
  const last = {
    ...{ epoch: parseCount(epoch), size: parseCount(size), root: parseHash(root) },
    ...(heads !== undefined && { heads: parseHash(heads) }),
  };
  if (!Array.isArray(cuts)) throw unreadable();
  const found = (cuts as { readonly [field: string]: unknown }[]).map((cut) => ({
    size: parseCount(cut['size']),
    lanes: parseHash(cut['lanes']),
  }));
  return { ...last, cuts: found.length === 0 ? [NO_CUT] : found };
}

function parseCount(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw unreadable();
}

function parseHash(value: unknown): Buffer {
  const bytes = Buffer.from(typeof value === 'string' ? value : '', 'base64');
  if (bytes.length === HASH_BYTES) return bytes;
  throw unreadable();
}

function unreadable(): Error {
  return new Error(
    'what was signed last (notary/last-signed.json among the keys) cannot be read: put it back',
  );
}
