// What an app has in place of a value: it looks like one, so that clients take it, and is worth nothing. Pure but for chance. Invariant:
// of a value only bytes are read, one by one, because a text of it would stay in memory.
import { isTokenText } from '../token-text.ts';
import { PROVIDERS } from './providers.ts';

const DIGITS = '0123456789';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const HEX = '0123456789abcdef';
/** Fewer characters of chance than this might stand in a text by accident, and would be searched for in every request. */
const LEAST_CHANCE = 12;
const LONGEST = 8_192;

/** Why a value cannot be brokered; `undefined` when it can. */
export function judgeBrokeredValue(value: Buffer): string | undefined {
  if (value.some((byte) => byte < 0x21 || byte > 0x7e))
    return 'it holds characters that no header may hold: spaces, line ends or letters beyond ASCII';
  if (value.length > LONGEST) return `it is longer than ${LONGEST} bytes`;
  if (chanceOf(value) < LEAST_CHANCE)
    return `it has fewer than ${LEAST_CHANCE} letters and digits after its prefix, so that nothing in its place could be told from other text`;
  return undefined;
}

/**
 * Makes one: same length, prefix and kind of each character, never the value itself, and never a token of ours that could be
 * valid. `randomBytes` gives that many. Throws for a value that `judgeBrokeredValue` refuses.
 */
export function makePlaceholder(value: Buffer, randomBytes: (count: number) => Uint8Array): string {
  const problem = judgeBrokeredValue(value);
  if (problem !== undefined) throw new TypeError(`a value cannot be brokered: ${problem}`);
  const prefix = prefixOf(value);
  const rest = value.subarray(prefix.length);
  const hex = rest.every((byte) => isOf(`${HEX}-`, byte)) && rest.some((byte) => isOf('abcdef', byte));
  for (;;) {
    const made = prefix + replaceAll(rest, hex, randomBytes);
    if (!value.equals(Buffer.from(made, 'latin1')) && !isTokenText(made)) return made;
  }
}

function isOf(alphabet: string, byte: number): boolean {
  return alphabet.includes(String.fromCharCode(byte));
}

function replaceAll(bytes: Buffer, hex: boolean, randomBytes: (count: number) => Uint8Array): string {
  let made = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    made += pick(alphabetOf(character, hex), character, randomBytes);
  }
  return made;
}

function alphabetOf(character: string, hex: boolean): string {
  if (hex && HEX.includes(character)) return HEX;
  return [DIGITS, LOWER, UPPER].find((alphabet) => alphabet.includes(character)) ?? '';
}

function pick(alphabet: string, kept: string, randomBytes: (count: number) => Uint8Array): string {
  if (alphabet === '') return kept;
  // Above the last multiple the first letters would be likelier.
  const limit = 256 - (256 % alphabet.length);
  for (;;) {
    const byte = Buffer.from(randomBytes(1)).readUInt8(0);
    if (byte < limit) return alphabet.charAt(byte % alphabet.length);
  }
}

function prefixOf(value: Buffer): string {
  const known = PROVIDERS.flatMap(({ prefixes }) => prefixes)
    .filter((prefix) => value.subarray(0, prefix.length).equals(Buffer.from(prefix)))
    .toSorted((a, b) => b.length - a.length);
  // Of a key that the table does not know nothing is kept: its beginning may be as secret as the rest.
  return known[0] ?? '';
}

function chanceOf(value: Buffer): number {
  let count = 0;
  for (const byte of value.subarray(prefixOf(value).length))
    if (isOf(DIGITS + LOWER + UPPER, byte)) count += 1;
  return count;
}
