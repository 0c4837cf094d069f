// Keys of one hub, derived from its one secret; the only place where MACs and signatures are computed.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { type Secret } from '@holdfast/kernel/secret';

/** What a derived key is for. One key never serves two purposes. */
export type KeyPurpose =
  | 'token-row'
  | 'token-decision'
  | 'device-login'
  | 'session-row'
  | 'removal'
  | 'known-browser'
  | 'throttle'
  | 'half-sign-in'
  | 'recovery-code'
  | 'totp-seed'
  | 'passkey-row'
  | 'passkey-challenge'
  | 'sign-on'
  | 'oauth-key'
  | 'oauth-application'
  | 'oauth-authorization'
  | 'oauth-code'
  | 'oauth-refresh'
  | 'sign-up'
  | 'signed-link'
  | 'xet-access'
  | 'xet-fetch'
  | 'xet-dedup'
  | 'run-proof'
  | 'space-ticket'
  | 'space-cookie'
  | 'space-frame-ticket'
  | 'space-frame'
  | 'indistinguishable';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SIGNATURE = /^[A-Za-z0-9_-]{43}$/;

/** Computes and checks HMAC-SHA-256 under keys derived by HKDF (RFC 5869), one key for each purpose. */
export class Keys {
  readonly #derived = new Map<KeyPurpose, Buffer>();
  readonly #root: Secret<Buffer>;

  constructor(root: Secret<Buffer>) {
    this.#root = root;
  }

  /** The MAC of the parts; each part is framed by its length, so that no two lists of parts look alike. */
  mac(purpose: KeyPurpose, parts: readonly (string | Uint8Array)[]): Buffer {
    const hmac = createHmac('sha256', this.#key(purpose));
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32BE(bytes.length);
      hmac.update(length).update(bytes);
    }
    return hmac.digest();
  }

  /** Whether the MAC is right, in a time that does not depend on how much of it is. */
  verifies(purpose: KeyPurpose, parts: readonly (string | Uint8Array)[], mac: Uint8Array): boolean {
    const expected = this.mac(purpose, parts);
    return mac.length === expected.length && timingSafeEqual(expected, mac);
  }

  /** The MAC as text for a URL or a header: 43 letters of base64url. */
  sign(purpose: KeyPurpose, parts: readonly (string | Uint8Array)[]): string {
    return this.mac(purpose, parts).toString('base64url');
  }

  /**
   * Whether the text is what `sign` gives. One spelling of each signature: base64url leaves two unused bits, and what is
   * signed must not have four faces.
   */
  signed(purpose: KeyPurpose, parts: readonly (string | Uint8Array)[], text: unknown): boolean {
    if (typeof text !== 'string' || !SIGNATURE.test(text)) return false;
    const bytes = Buffer.from(text, 'base64url');
    return bytes.toString('base64url') === text && this.verifies(purpose, parts, bytes);
  }

  /** Seals bytes for one context (AES-256-GCM): nonce, tag, ciphertext. Opens with the same context alone. */
  seal(purpose: KeyPurpose, bytes: Uint8Array, context: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key(purpose), nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  /** Opens what `seal` gave. Throws for anything else. */
  open(purpose: KeyPurpose, sealed: Buffer, context: string): Buffer {
    const [tagAt, textAt] = [NONCE_BYTES, NONCE_BYTES + TAG_BYTES];
    if (sealed.length < textAt) throw new Error(`what is sealed for ${purpose} is too short`);
    const cipher = createDecipheriv('aes-256-gcm', this.#key(purpose), sealed.subarray(0, tagAt), {
      authTagLength: TAG_BYTES,
    });
    cipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(tagAt, textAt));
    return Buffer.concat([cipher.update(sealed.subarray(textAt)), cipher.final()]);
  }

  #key(purpose: KeyPurpose): Buffer {
    let key = this.#derived.get(purpose);
    if (key === undefined) {
      const root = this.#root.reveal('to derive the key of one purpose');
      key = Buffer.from(hkdfSync('sha256', root, Buffer.alloc(0), `holdfast/${purpose}/v1`, 32));
      this.#derived.set(purpose, key);
    }
    return key;
  }
}
