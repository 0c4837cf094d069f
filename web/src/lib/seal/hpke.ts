// Seals for the vault, in the reader's browser: HPKE (RFC 9180) in base mode, one message to a key, with DHKEM(P-256, HKDF-SHA256),
// HKDF-SHA256 and AES-256-GCM, all from the browser's own cryptography.

type Bytes = Uint8Array<ArrayBuffer>;

/** A message, what it is for, and what it is bound to. */
export interface Message {
  readonly plaintext: Bytes;
  readonly purpose: Bytes;
  readonly about: Bytes;
}

const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;
const VERSION = 'HPKE-v1';
/** Which KEM it is (RFC 9180, section 4.1), and which suite (section 5.1). */
const KEM = 'KEM\u0000\u0010';
const SUITE = 'HPKE\u0000\u0010\u0000\u0001\u0000\u0002';

/** `LabeledExtract` and `LabeledExpand` of one suite (RFC 9180, section 4). */
class Hkdf {
  readonly #suite: string;

  constructor(suite: string) {
    this.#suite = suite;
  }

  async extract(salt: Bytes, label: string, secret: Bytes): Promise<Bytes> {
    return await hmac(salt, joined(VERSION, this.#suite, label, secret));
  }

  // At most what the hash gives at once: nothing here needs more.
  async expand(
    key: Bytes,
    label: string,
    { about, length }: { readonly about: Bytes; readonly length: number },
  ): Promise<Bytes> {
    const labelled = joined(
      '\u0000',
      String.fromCharCode(length),
      VERSION,
      this.#suite,
      label,
      about,
      '\u0001',
    );
    return (await hmac(key, labelled)).slice(0, length);
  }
}

// No browser takes a key without bytes. One of zeros is the same (RFC 2104).
async function hmac(key: Bytes, bytes: Bytes): Promise<Bytes> {
  const raw = key.length === 0 ? new Uint8Array(32) : key;
  const imported = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ]);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, bytes));
}

function joined(...parts: readonly (Bytes | string)[]): Bytes {
  const all = parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part));
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A pair of keys of P-256. */
interface Pair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

/** A pair for one message. */
async function makePair(): Promise<Pair> {
  return await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
}

/**
 * Seals a message to a public key, an uncompressed point: the sender's key of this one message, ciphertext and tag, one after the
 * other. Throws for what is no key.
 */
export async function sealMessage(
  to: Bytes,
  { plaintext, purpose, about }: Message,
  pair: Promise<Pair> = makePair(),
): Promise<Bytes> {
  const { privateKey, publicKey } = await pair;
  const sender = new Uint8Array(await crypto.subtle.exportKey('raw', publicKey));
  const recipient = await crypto.subtle.importKey('raw', to, CURVE, false, []);
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: recipient }, privateKey, 256);
  const { key, nonce } = await scheduleOf(
    await sharedOf(new Uint8Array(secret), joined(sender, to)),
    purpose,
  );
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const how = { name: 'AES-GCM', iv: nonce, additionalData: about };
  return joined(sender, new Uint8Array(await crypto.subtle.encrypt(how, aes, plaintext)));
}

// `ExtractAndExpand`.
async function sharedOf(secret: Bytes, about: Bytes): Promise<Bytes> {
  const hkdf = new Hkdf(KEM);
  const key = await hkdf.extract(joined(), 'eae_prk', secret);
  return await hkdf.expand(key, 'shared_secret', { about, length: 32 });
}

// `KeySchedule` without a key that both have before.
async function scheduleOf(
  shared: Bytes,
  purpose: Bytes,
): Promise<{ readonly key: Bytes; readonly nonce: Bytes }> {
  const hkdf = new Hkdf(SUITE);
  const about = joined(
    '\u0000',
    await hkdf.extract(joined(), 'psk_id_hash', joined()),
    await hkdf.extract(joined(), 'info_hash', purpose),
  );
  const secret = await hkdf.extract(shared, 'secret', joined());
  return {
    key: await hkdf.expand(secret, 'key', { about, length: 32 }),
    nonce: await hkdf.expand(secret, 'base_nonce', { about, length: 12 }),
  };
}
