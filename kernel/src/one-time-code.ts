// Codes that change every half minute (RFC 6238). Pure but for the random bytes of a seed.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const STEP_MS = 30_000;
const DIGITS = 6;
/** Bytes of a seed: as many random bits as the digest has (RFC 4226, section 4). */
export const SEED_BYTES = 20;
/** Steps before and after the present one that are taken, too: clocks differ, and people type slowly. */
const TOLERANCE = 1;

/** A new seed. */
export function mintSeed(): Buffer {
  return randomBytes(SEED_BYTES);
}

/** The code for a counter (RFC 4226). */
export function codeAt(seed: Uint8Array, counter: number): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac('sha1', seed).update(moving).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  const number = digest.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0');
}

/** The counter of a moment. */
export function stepOf(now: Date): number {
  return Math.floor(now.getTime() / STEP_MS);
}

/** A code as an app shows it, however it was typed; `undefined` for what is none. */
export function parseCode(text: string): string | undefined {
  const typed = text.replaceAll(/\s/g, '');
  return /^\d{6}$/.test(typed) ? typed : undefined;
}

/**
 * The counter that a code belongs to, if it is one of now; none that is not later than the last one that was taken, so
 * that whoever reads a code over a shoulder cannot use it again.
 */
export function findStep(
  seed: Uint8Array,
  code: string,
  at: { readonly now: Date; readonly last: number },
): number | undefined {
  const typed = parseCode(code);
  if (typed === undefined) return undefined;
  const present = stepOf(at.now);
  for (let step = present - TOLERANCE; step <= present + TOLERANCE; step += 1)
    if (step > at.last && timingSafeEqual(Buffer.from(codeAt(seed, step)), Buffer.from(typed))) return step;
  return undefined;
}
