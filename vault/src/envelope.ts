// Encrypts and decrypts under a key of 32 bytes, bound to what the plaintext belongs to: AES-256-GCM (NIST SP 800-38D) with a
// random nonce. Pure but for the random bytes.
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { canonicalJson, type Json } from '@holdfast/kernel/canonical-json';
import { decipherBytes } from '@holdfast/kernel/decipher';

const NONCE = 12;
const TAG = 16;

/** What a ciphertext is bound to. Who changes any of it in the database makes what it belongs to unreadable. */
export type Bound = { readonly [key: string]: Json | undefined };

/** A new key. */
export function makeKey(): KeyObject {
  const bytes = randomBytes(32);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

/** Encrypts. Nonce, ciphertext and tag, one after the other. */
export function encrypt(key: KeyObject, plaintext: Uint8Array, bound: Bound): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(canonicalJson(bound)));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypts. Throws an `Error` that tells nothing when key, bytes or what they are bound to are others. */
export function decrypt(key: KeyObject, sealed: Buffer, bound: Bound): Buffer {
  if (sealed.length < NONCE + TAG) throw new Error('a ciphertext is too short');
  const end = sealed.length - TAG;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE))
    .setAAD(Buffer.from(canonicalJson(bound)))
    .setAuthTag(sealed.subarray(end));
  return decipherBytes(decipher, sealed.subarray(NONCE, end));
}

/** Encrypts a key under another. */
export function wrapKey(outer: KeyObject, inner: KeyObject, bound: Bound): Buffer {
  const bytes = inner.export();
  const wrapped = encrypt(outer, bytes, bound);
  bytes.fill(0);
  return wrapped;
}

/** Decrypts a key; throws as `decrypt` does. */
export function unwrapKey(outer: KeyObject, wrapped: Buffer, bound: Bound): KeyObject {
  const bytes = decrypt(outer, wrapped, bound);
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
