// The codes of a device login. Pure.
import { randomBytes } from 'node:crypto';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { Secret } from '@holdfast/kernel/secret';

// Without vowels, that no code is a word, and without letters that are mistaken for others (RFC 8628, section 6.1).
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const SHAPE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`);

/** A code for people to compare and type: 34 bits, for a quarter of an hour. */
export function mintUserCode(): string {
  let code = '';
  while (code.length < LENGTH)
    for (const byte of randomBytes(LENGTH))
      // 240 is the last multiple of 20 in a byte.
      if (byte < 240 && code.length < LENGTH) code += LETTERS[byte % LETTERS.length] ?? '';
  return code;
}

/** A code as it is shown. */
export function spellUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** A code however it was typed, or `undefined` for what is none. */
export function parseUserCode(text: string): string | undefined {
  const letters = text.toUpperCase().replaceAll(/[\s-]/g, '');
  return SHAPE.test(letters) ? letters : undefined;
}

/** What the program holds and shows when it asks. */
export function mintDeviceCode(): Secret<string> {
  return new Secret(randomBytes(32).toString('base64url'));
}

/** What is kept in its place; nothing for a text that is none. */
export function digestDeviceCode(text: string): Sha256 | undefined {
  return /^[A-Za-z0-9_-]{43}$/.test(text) ? sha256(`holdfast-device/${text}`) : undefined;
}
