// Digests as branded text, so that a sha256 cannot be passed where a git object id is meant.
import { createHash, hash as hashOnce } from 'node:crypto';

declare const brand: unique symbol;
/** 64 lower-case hex digits. */
export type Sha256 = string & { readonly [brand]: 'Sha256' };
/** 40 lower-case hex digits: a git object id. */
export type Sha1 = string & { readonly [brand]: 'Sha1' };

const SHA256 = /^[0-9a-f]{64}$/;
const SHA1 = /^[0-9a-f]{40}$/;

/** The text as a SHA-256, or `undefined` when it is not one. */
export function parseSha256(text: string): Sha256 | undefined {
  return SHA256.test(text) ? (text as Sha256) : undefined;
}

/** The text as a git object id, or `undefined` when it is not one. */
export function parseSha1(text: string): Sha1 | undefined {
  return SHA1.test(text) ? (text as Sha1) : undefined;
}

/** SHA-256 of the parts, one after the other. */
export function sha256(...parts: readonly (string | Uint8Array)[]): Sha256 {
  const [only] = parts;
  // Every request digests its token; without an object for the state that costs less than half.
  if (only !== undefined && parts.length === 1) return hashOnce('sha256', only, 'hex') as Sha256;
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex') as Sha256;
}

/** SHA-1 of the parts, one after the other. Only for git object ids. */
export function sha1(...parts: readonly (string | Uint8Array)[]): Sha1 {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest('hex') as Sha1;
}
