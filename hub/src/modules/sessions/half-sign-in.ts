// What a browser keeps between the password, or a sign-on, and the second factor: a signed note that opens nothing by itself.
// It is good for what it was made for alone: half a sign-in, for which the issuer need not have asked anew, renews no session.
import { randomBytes } from 'node:crypto';
import { parseId, type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';

/** What may come before a second factor. */
export type FirstProof = 'password' | 'single-sign-on';

/** Who has shown the first of two proofs, which, when, and in which session where it is one that is to be renewed. */
export interface HalfSignIn {
  readonly userId: Id;
  readonly at: Date;
  readonly by: FirstProof;
  readonly renews?: Id;
}

const LONGEST_MS = 10 * 60_000;

/** The note for the browser. */
export function signHalf(keys: Keys, { userId, at, by, renews }: HalfSignIn): string {
  const fields = [userId, String(at.getTime()), randomBytes(9).toString('base64url'), by, renews ?? ''];
  return [...fields, keys.sign('half-sign-in', fields)].join('.');
}

/** What a note says; nothing for one that is not ours, too old, or for something else: a sign-in, or the session that it renews. */
export function parseHalf(
  keys: Keys,
  text: string | undefined,
  { now, renews = '' }: { readonly now: Date; readonly renews?: Id | '' },
): HalfSignIn | undefined {
  const [id = '', time = '', nonce = '', by = '', session = '', signature = ''] = (text ?? '').split('.');
  if (!keys.signed('half-sign-in', [id, time, nonce, by, session], signature)) return undefined;
  if (session !== renews || (by !== 'password' && by !== 'single-sign-on')) return undefined;
  const userId = parseId(id);
  const age = now.getTime() - Number(time);
  return userId === undefined || age > LONGEST_MS ? undefined : { userId, by, at: new Date(Number(time)) };
}
