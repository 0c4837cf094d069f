// The text of an access token: how it is made, and how it is told from any other text. Pure but for chance.
import { createHash, randomBytes } from 'node:crypto';
import { Secret } from './secret.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECK_LENGTH = 6;
/** Characters of a token. */
export const TOKEN_LENGTH = 3 + RANDOM_LENGTH + CHECK_LENGTH;
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
  return new Secret(`hf_${random}${checkOf(random)}`);
}

/** Whether a text is a token of ours by its shape and check; says nothing about whether it was ever issued. */
export function isTokenText(text: string): boolean {
  return SHAPE.test(text) && checkOf(text.slice(3, 3 + RANDOM_LENGTH)) === text.slice(3 + RANDOM_LENGTH);
}

function checkOf(random: string): string {
  // 35.7 bits of SHA-256 under a tag: a random text passes once in 56 thousand million.
  let value = createHash('sha256').update(`holdfast-token/${random}`).digest().readBigUInt64BE();
  let check = '';
  for (let place = 0; place < CHECK_LENGTH; place += 1) {
    check += ALPHABET[Number(value % 62n)] ?? '';
    value /= 62n;
  }
  return check;
}
