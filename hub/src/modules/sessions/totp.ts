// Codes that change every half minute (RFC 6238), and the codes for when the device is lost. Pure.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const STEP_MS = 30_000;
const DIGITS = 6;
const SEED_BYTES = 20;
/** Steps before and after the present one that are taken, too: clocks differ, and people type slowly. */
const TOLERANCE = 1;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new seed: as many random bits as the digest has (RFC 4226, section 4). */
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

/**
 * The counter that a code belongs to, if it is one of now; none that is not later than the last one that was taken, so
 * that whoever reads a code over a shoulder cannot use it again.
 */
export function findStep(
  seed: Uint8Array,
  code: string,
  at: { readonly now: Date; readonly last: number },
): number | undefined {
  const typed = code.replaceAll(/\s/g, '');
  if (!/^\d{6}$/.test(typed)) return undefined;
  const present = stepOf(at.now);
  for (let step = present - TOLERANCE; step <= present + TOLERANCE; step += 1)
    if (step > at.last && timingSafeEqual(Buffer.from(codeAt(seed, step)), Buffer.from(typed))) return step;
  return undefined;
}

/** Bytes as people type them into an app: base32 (RFC 4648) without padding. */
export function spellSeed(seed: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of seed) {
    value = ((value << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(value >>> (bits - 5)) & 31] ?? '';
  }
  return bits === 0 ? text : text + (BASE32[(value << (5 - bits)) & 31] ?? '');
}

/** What an app reads out of a picture or a link. */
export function seedAddress(seed: Uint8Array, of: { readonly user: string; readonly host: string }): string {
  const label = `${encodeURIComponent('Holdfast')}:${encodeURIComponent(`${of.user}@${of.host}`)}`;
  return `otpauth://totp/${label}?secret=${spellSeed(seed)}&issuer=Holdfast`;
}

const CODES = 10;
const CODE_LETTERS = 10;

/** New codes for when the device is lost: 50 random bits each, without letters that are mistaken for others. */
export function mintRecoveryCodes(): string[] {
  return Array.from({ length: CODES }, () => {
    // 32 letters: five bits of a byte are one, and none is likelier.
    const letters = [...randomBytes(CODE_LETTERS)].map((byte) => BASE32[byte & 31] ?? '').join('');
    return `${letters.slice(0, 5)}-${letters.slice(5)}`.toLowerCase();
  });
}

/** A recovery code as it was made, however it was typed; `undefined` for what is none. */
export function parseRecoveryCode(text: string): string | undefined {
  const letters = text.toLowerCase().replaceAll(/[\s-]/g, '');
  return /^[a-z2-7]{10}$/.test(letters) ? `${letters.slice(0, 5)}-${letters.slice(5)}` : undefined;
}
