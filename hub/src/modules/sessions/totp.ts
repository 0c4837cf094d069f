// Seeds of one-time codes as people and apps read them, and the codes for when the device is lost. Pure.
import { randomBytes } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

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
