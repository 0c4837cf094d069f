// What an access token is: its text, its row, and whether it is live. Pure.
import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { type Grant } from '#modules/access';

/** A token as it is kept: everything but its text. */
export interface Token {
  readonly id: Id;
  readonly userId: Id;
  readonly name: string;
  readonly digest: Sha256;
  readonly grant: Grant;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** When and how a token was last used. */
export interface LastUse {
  readonly at: Date;
  readonly address: string;
  readonly client: string;
}

/** Whether a token works, and if not, why. */
export type Standing = 'live' | 'expired' | 'revoked';

/** Revocation outranks expiry, so that the ledger shows who ended it. */
export function standing(token: Pick<Token, 'expiresAt' | 'revokedAt'>, now: Date): Standing {
  if (token.revokedAt !== null) return 'revoked';
  return token.expiresAt !== null && token.expiresAt <= now ? 'expired' : 'live';
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECK_LENGTH = 6;
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

/** What is kept in place of the text. A token is random, so that a plain digest cannot be searched. */
export function digestToken(text: string): Sha256 {
  return sha256(text);
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

/** The fields that the row's MAC covers: who can write the table still cannot widen, move or prolong a token. */
export function sealedFields(token: Omit<Token, 'revokedAt' | 'name'>): string[] {
  return [
    token.id,
    token.userId,
    token.digest,
    canonicalJson(token.grant as never),
    token.createdAt.toISOString(),
    token.expiresAt?.toISOString() ?? 'never',
  ];
}
