// A certificate authority for one sandbox: by it the door is believed when it stands before a host with a bound secret. Its key
// is made by this process and never leaves it; only what runs in this one sandbox trusts it.
import {
  createHash,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { bits, element, identifier, integer, octets, sequence, tagged, text, time, TRUE } from './der.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** As long as a run may last: what runs has read it when it began. */
const AUTHORITY_MS = 365 * DAY;
const LEAF_MS = 2 * DAY;

const SIGNED_BY = sequence(identifier('1.2.840.10045.4.3.2'));
const COMMON_NAME = identifier('2.5.4.3');
const KEY_CERT_SIGN = 0x04;
const DIGITAL_SIGNATURE = 0x80;
/** What nobody may be: any address, and what is near. */
const EXCLUDED: readonly Buffer[] = [
  element(0x87, Buffer.alloc(8)),
  element(0x87, Buffer.alloc(32)),
  ...['localhost', 'local', 'internal'].map((name) => element(0x82, Buffer.from(name))),
];

/** What a host shows: its key, and its certificate. */
export interface Leaf {
  /** PEM, both. */
  readonly key: string;
  readonly certificate: string;
  /** In milliseconds since 1970. */
  readonly until: number;
}

interface Wish {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly from: number;
  readonly lifeMs: number;
  readonly extensions: readonly Buffer[];
}

/** The authority of a sandbox. */
export class Authority {
  readonly #key: KeyObject;
  readonly #name: Buffer;
  readonly #keyId: Buffer;
  readonly #title: string;
  /** PEM; what the sandbox is to trust. */
  readonly certificate: string;

  constructor(now: number) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.#key = privateKey;
    // A name of its own: two sandboxes on one machine are not taken for one.
    this.#title = `Holdfast door ${randomBytes(6).toString('hex')}`;
    this.#name = nameOf(this.#title);
    this.#keyId = keyIdOf(publicKey);
    const extensions = [
      extension('2.5.29.19', sequence(TRUE, integer(Buffer.from([0]))), true),
      extension('2.5.29.15', bits(Buffer.from([KEY_CERT_SIGN]), 2), true),
      extension('2.5.29.30', sequence(tagged(1, ...EXCLUDED.map((base) => sequence(base)))), true),
      extension('2.5.29.14', octets(this.#keyId)),
    ];
    this.certificate = this.#issue({
      subject: this.#title,
      publicKey,
      from: now,
      lifeMs: AUTHORITY_MS,
      extensions,
    });
  }

  /** Makes a key and a certificate for one host. */
  issue(host: string, now: number): Leaf {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const extensions = [
      extension('2.5.29.19', sequence(), true),
      extension('2.5.29.15', bits(Buffer.from([DIGITAL_SIGNATURE]), 7), true),
      extension('2.5.29.37', sequence(identifier('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.17', sequence(element(0x82, Buffer.from(host, 'latin1'))), true),
      extension('2.5.29.14', octets(keyIdOf(publicKey))),
      extension('2.5.29.35', sequence(element(0x80, this.#keyId))),
    ];
    // A subject may have 64 letters and a name more; who is meant stands in the alternative name.
    const certificate = this.#issue({
      subject: 'Holdfast door',
      publicKey,
      from: now,
      lifeMs: LEAF_MS,
      extensions,
    });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    return { key, certificate, until: now + LEAF_MS };
  }

  #issue({ subject, publicKey, from, lifeMs, extensions }: Wish): string {
    const serial = randomBytes(16);
    serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
    const signed = sequence(
      tagged(0, integer(Buffer.from([2]))),
      integer(serial),
      SIGNED_BY,
      this.#name,
      // Clocks differ.
      sequence(time(new Date(from - HOUR)), time(new Date(from + lifeMs))),
      nameOf(subject),
      publicKey.export({ type: 'spki', format: 'der' }),
      tagged(3, sequence(...extensions)),
    );
    const der = sequence(signed, SIGNED_BY, bits(sign('sha256', signed, this.#key)));
    return new X509Certificate(der).toString();
  }
}

function nameOf(title: string): Buffer {
  return sequence(element(0x31, sequence(COMMON_NAME, text(title))));
}

function keyIdOf(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(identifier(id), ...(critical ? [TRUE] : []), octets(value));
}
