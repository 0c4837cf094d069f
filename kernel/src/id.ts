// Identifiers: 24 hex digits, time first, so that clients which expect ObjectIds accept them and indexes stay local.
import { randomBytes } from 'node:crypto';

declare const brand: unique symbol;
/** 24 lower-case hex digits: four bytes of seconds, eight random bytes. */
export type Id = string & { readonly [brand]: 'Id' };

const PATTERN = /^[0-9a-f]{24}$/;

/** A new identifier, unguessable beyond its first four bytes. */
export function newId(now: Date): Id {
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeUInt32BE(Math.floor(now.getTime() / 1000) >>> 0, 0);
  randomBytes(8).copy(bytes, 4);
  return bytes.toString('hex') as Id;
}

/** The text as an identifier, or `undefined` when it is not one. */
export function parseId(text: string): Id | undefined {
  return PATTERN.test(text) ? (text as Id) : undefined;
}

/** No identifier that was made since then comes before this text, and none that was made earlier behind it; to the second. */
export function idsSince(then: Date): string {
  return Math.floor(then.getTime() / 1000)
    .toString(16)
    .padStart(8, '0');
}
