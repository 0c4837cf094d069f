// The text of an access token: how it is made, and how it is told from any other text. Pure but for chance.
import { hash, randomBytes } from 'node:crypto';
import { Secret } from './secret.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECK_LENGTH = 6;
/** Characters of a token. */
export const TOKEN_LENGTH = 3 + RANDOM_LENGTH + CHECK_LENGTH;
const LETTERS = Buffer.from(ALPHABET);
/** By byte: whether it is a letter of a token. A visitor's upload asks so for each of its bytes. */
const IS_LETTER = Uint8Array.from({ length: 256 }, (_, byte) => (LETTERS.includes(byte) ? 1 : 0));
const PREFIX = Buffer.from('hf_');
const TAG = Buffer.from('holdfast-token/');
const SHAPE = /^hf_[0-9A-Za-z]{36}$/;

/**
 * A new token: `hf_`, 30 random letters and digits (178 bits), and six that check them.
 * Clients insist on the prefix; the check lets a scanner tell ours from the tokens of other hubs with certainty.
 */
export function mintToken(): Secret<string> {
  let random = '';
  while (random.length < RANDOM_LENGTH)
    for (const byte of randomBytes(RANDOM_LENGTH))
      // 248 is the last multiple of 62 in a byte: above it the first letters would be likelier.
      if (byte < 248 && random.length < RANDOM_LENGTH) random += ALPHABET[byte % 62] ?? '';
  const check = Buffer.from(checkOf(Buffer.from(random))).toString('latin1');
  return new Secret(`hf_${random}${check}`);
}

/** Whether a text is a token of ours by its shape and check; says nothing about whether it was ever issued. */
export function isTokenText(text: string): boolean {
  return SHAPE.test(text) && isTokenBytes(Buffer.from(text, 'latin1'));
}

/** The same of bytes, of which no text is made: a text could not be overwritten. */
export function isTokenBytes(bytes: Uint8Array): boolean {
  if (bytes.length !== TOKEN_LENGTH || !PREFIX.every((byte, at) => bytes[at] === byte)) return false;
  const [random, check] = [bytes.subarray(PREFIX.length, -CHECK_LENGTH), bytes.subarray(-CHECK_LENGTH)];
  return (
    random.every((byte) => IS_LETTER[byte] === 1) && checkOf(random).every((byte, at) => check[at] === byte)
  );
}

function checkOf(random: Uint8Array): Uint8Array {
  const tagged = Buffer.concat([TAG, random]);
  // 35.7 bits of SHA-256 under a tag: a random text passes once in 56 thousand million.
  let value = hash('sha256', tagged, 'buffer').readBigUInt64BE();
  tagged.fill(0);
  const check = new Uint8Array(CHECK_LENGTH);
  for (let place = 0; place < CHECK_LENGTH; place += 1) {
    check[place] = LETTERS[Number(value % 62n)] ?? 0;
    value /= 62n;
  }
  return check;
}
