// Keys of one hub; the only place where MACs and signatures are computed. What is kept in the database is bound by keys that
// last, derived from the hub's one secret. What is handed out for a short while is signed by keys of an hour each: who took them
// from a hub has nothing a few hours later.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { type Secret } from '@holdfast/kernel/secret';
import { type HourRoots } from './hour-keys.ts';

/** What a derived key that lasts is for. One key never serves two purposes. */
type LastingPurpose =
  | 'token-row'
  | 'token-decision'
  | 'token-readmission'
  | 'device-login'
  | 'session-row'
  | 'session-value'
  | 'session-next'
  | 'removal'
  | 'known-browser'
  | 'throttle'
  | 'recovery-code'
  | 'totp-seed'
  | 'passkey-row'
  | 'oauth-key'
  | 'oauth-application'
  | 'oauth-authorization'
  | 'oauth-code'
  | 'oauth-refresh'
  | 'sign-up'
  | 'sso-link'
  | 'xet-dedup'
  | 'run-proof'
  | 'indistinguishable';

/**
 * What is signed or sealed for a short while, and how many whole hours may lie between the hour of the key and its use: the life of it,
 * rounded up, and for access tokens of Xet the two minutes that slow clocks get.
 */
const HOURS = {
  'half-sign-in': 1,
  'passkey-challenge': 1,
  'sign-on': 1,
  'signed-link': 6,
  'xet-access': 2,
  'xet-fetch': 1,
  'space-ticket': 1,
  'space-cookie': 24,
  'space-frame-ticket': 1,
  'space-frame': 24,
} as const;
type PassingPurpose = keyof typeof HOURS;

/** What a derived key is for. */
export type KeyPurpose = LastingPurpose | PassingPurpose;

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SIGNATURE = /^[A-Za-z0-9_-]{43}$/;

type Parts = readonly (string | Uint8Array)[];

/** Computes and checks HMAC-SHA-256 under keys derived by HKDF (RFC 5869), one key for each purpose. */
export class Keys {
  readonly #derived = new WeakMap<Secret<Buffer>, Map<KeyPurpose, Buffer>>();
  readonly #root: Secret<Buffer>;
  readonly #hours: HourRoots;

  constructor(root: Secret<Buffer>, hours: HourRoots) {
    this.#root = root;
    this.#hours = hours;
  }

  /** The MAC of the parts; each part is framed by its length, so that no two lists of parts look alike. */
  mac(purpose: LastingPurpose, parts: Parts): Buffer {
    return macOf(this.#key(purpose, this.#root), parts);
  }

  /** Whether the MAC is right, in a time that does not depend on how much of it is. */
  verifies(purpose: LastingPurpose, parts: Parts, mac: Uint8Array): boolean {
    return isSame(this.mac(purpose, parts), mac);
  }

  /** The MAC as text for a URL or a header: 43 letters of base64url. */
  sign(purpose: KeyPurpose, parts: Parts): string {
    return macOf(this.#signing(purpose), parts).toString('base64url');
  }

  /**
   * Whether the text is what `sign` gives, or gave in an hour in which what it is for may still be good. One spelling of each
   * signature: base64url leaves two unused bits, and what is signed must not have four faces.
   */
  signed(purpose: KeyPurpose, parts: Parts, text: unknown): boolean {
    if (typeof text !== 'string' || !SIGNATURE.test(text)) return false;
    const bytes = Buffer.from(text, 'base64url');
    if (bytes.toString('base64url') !== text) return false;
    return this.#believed(purpose).some((key) => isSame(macOf(key, parts), bytes));
  }

  /** Seals bytes for one context (AES-256-GCM): nonce, tag, ciphertext. Opens with the same context alone. */
  seal(purpose: KeyPurpose, bytes: Uint8Array, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#signing(purpose), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Opens what `seal` gave. Throws for anything else, and for what was sealed so long ago that it is good no more. */
  open(purpose: KeyPurpose, sealed: Buffer, context: string): Buffer {
    if (sealed.length < NONCE_BYTES + TAG_BYTES)
      throw new Error(`what is sealed for ${purpose} is too short`);
    let refusal: unknown;
    for (const key of this.#believed(purpose))
      try {
        return openWith(key, sealed, context);
      } catch (error) {
        refusal = error;
      }
    throw refusal;
  }

  #signing(purpose: KeyPurpose): Buffer {
    return this.#key(purpose, isPassing(purpose) ? this.#hours.current : this.#root);
  }

  #believed(purpose: KeyPurpose): readonly Buffer[] {
    const roots = isPassing(purpose) ? this.#hours.within(HOURS[purpose]) : [this.#root];
    return roots.map((root) => this.#key(purpose, root));
  }

  #key(purpose: KeyPurpose, of: Secret<Buffer>): Buffer {
    const derived = this.#derived.get(of) ?? new Map<KeyPurpose, Buffer>();
    this.#derived.set(of, derived);
    let key = derived.get(purpose);
    if (key === undefined) {
      const root = of.reveal('to derive the key of one purpose');
      key = Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `holdfast/${purpose}/v1`, 32));
      derived.set(purpose, key);
    }
    return key;
  }
}

function isPassing(purpose: KeyPurpose): purpose is PassingPurpose {
  return Object.hasOwn(HOURS, purpose);
}

function macOf(key: Buffer, parts: Parts): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    hmac.update(length).update(bytes);
  }
  return hmac.digest();
}

function isSame(expected: Buffer, mac: Uint8Array): boolean {
  return mac.length === expected.length && timingSafeEqual(expected, mac);
}

function openWith(key: Buffer, sealed: Buffer, context: string): Buffer {
  const [tagAt, textAt] = [NONCE_BYTES, NONCE_BYTES + TAG_BYTES];
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, tagAt), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(tagAt, textAt));
  return Buffer.concat([cipher.update(sealed.subarray(textAt)), cipher.final()]);
}
