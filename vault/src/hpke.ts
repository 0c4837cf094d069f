// Opens what a browser sealed for the vault: HPKE (RFC 9180) in base mode, one message to a key, with DHKEM(P-256, HKDF-SHA256),
// HKDF-SHA256 and AES-256-GCM. Every browser that makes keys at all has these. Pure.
import { createDecipheriv, createECDH, createHmac } from 'node:crypto';
import { decipherBytes } from '@holdfast/kernel/decipher';

/** A pair of keys of P-256; the public one as an uncompressed point. */
export interface FormKeyPair {
  readonly privateKey: Buffer;
  readonly publicKey: Buffer;
}

/** What a message is for, and what it is bound to. */
export interface Circumstances {
  readonly purpose: Uint8Array;
  readonly about: Uint8Array;
}

/** Bytes of an uncompressed point, and the byte that it begins with. */
const POINT = 65;
const UNCOMPRESSED = 0x04;
const TAG = 16;
const CURVE = 'prime256v1';

const VERSION = 'HPKE-v1';
/** Which KEM it is (RFC 9180, section 4.1), and which suite (section 5.1). */
const KEM = Buffer.from('KEM\u0000\u0010', 'latin1');
const SUITE = Buffer.from('HPKE\u0000\u0010\u0000\u0001\u0000\u0002', 'latin1');
const BASE_MODE = Buffer.of(0);
const NOTHING = Buffer.alloc(0);

/** `LabeledExtract` and `LabeledExpand` of one suite (RFC 9180, section 4). */
class Hkdf {
  readonly #suite: Buffer;

  constructor(suite: Buffer) {
    this.#suite = suite;
  }

  extract(salt: Uint8Array, label: string, secret: Uint8Array): Buffer {
    const labelled = [Buffer.from(VERSION), this.#suite, Buffer.from(label), secret];
    return hmac(salt, labelled);
  }

  // At most what the hash gives at once: nothing here needs more.
  expand(
    key: Uint8Array,
    label: string,
    { about, length }: { readonly about: Uint8Array; readonly length: number },
  ): Buffer {
    const head = Buffer.of(0, length);
    const labelled = [head, Buffer.from(VERSION), this.#suite, Buffer.from(label), about, Buffer.of(1)];
    return hmac(key, labelled).subarray(0, length);
  }
}

function hmac(key: Uint8Array, parts: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** The pair that a seed of at least 32 bytes gives (`DeriveKeyPair`, RFC 9180, section 7.1.3). */
export function deriveKeyPair(seed: Uint8Array): FormKeyPair {
  const hkdf = new Hkdf(KEM);
  const key = hkdf.extract(NOTHING, 'dkp_prk', seed);
  for (let counter = 0; counter < 256; counter += 1) {
    const privateKey = hkdf.expand(key, 'candidate', { about: Buffer.of(counter), length: 32 });
    const publicKey = publicOf(privateKey);
    if (publicKey !== undefined) return { privateKey, publicKey };
  }
  throw new Error('the seed gives no key');
}

/** `undefined` for what is no private key of the curve: about one of four thousand million. */
function publicOf(privateKey: Buffer): Buffer | undefined {
  const ecdh = createECDH(CURVE);
  try {
    ecdh.setPrivateKey(privateKey);
    return ecdh.getPublicKey();
  } catch {
    return undefined;
  }
}

/**
 * Opens a message: the sender's key of this one message, ciphertext and tag, one after the other. Throws an `Error` that tells
 * nothing when it is not for this key, or for another purpose, or about something else.
 */
export function openMessage(own: FormKeyPair, message: Buffer, { purpose, about }: Circumstances): Buffer {
  if (message.length < POINT + TAG || message[0] !== UNCOMPRESSED) throw new Error('it is too short');
  const [sender, rest] = [message.subarray(0, POINT), message.subarray(POINT)];
  const { key, nonce } = scheduleOf(sharedWith(own, sender), purpose);
  const end = rest.length - TAG;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(about).setAuthTag(rest.subarray(end));
  key.fill(0);
  return decipherBytes(decipher, rest.subarray(0, end));
}

// `Decap`. A point that is not on the curve would tell of the private key by what comes of it; OpenSSL refuses it.
function sharedWith({ privateKey, publicKey }: FormKeyPair, sender: Buffer): Buffer {
  const ecdh = createECDH(CURVE);
  ecdh.setPrivateKey(privateKey);
  const hkdf = new Hkdf(KEM);
  const key = hkdf.extract(NOTHING, 'eae_prk', ecdh.computeSecret(sender));
  const about = Buffer.concat([sender, publicKey]);
  return hkdf.expand(key, 'shared_secret', { about, length: 32 });
}

// `KeySchedule` without a key that both have before.
function scheduleOf(shared: Buffer, purpose: Uint8Array): { readonly key: Buffer; readonly nonce: Buffer } {
  const hkdf = new Hkdf(SUITE);
  const about = Buffer.concat([
    BASE_MODE,
    hkdf.extract(NOTHING, 'psk_id_hash', NOTHING),
    hkdf.extract(NOTHING, 'info_hash', purpose),
  ]);
  const secret = hkdf.extract(shared, 'secret', NOTHING);
  return {
    key: hkdf.expand(secret, 'key', { about, length: 32 }),
    nonce: hkdf.expand(secret, 'base_nonce', { about, length: 12 }),
  };
}
