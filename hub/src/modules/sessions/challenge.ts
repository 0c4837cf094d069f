// What a browser keeps while a device is asked: a signed note of the challenge, and what it was made for.
import { type Keys } from '@holdfast/platform/keys';

/** What a challenge is for: a new passkey of a user, or a sign-in of whoever it is. */
export interface Challenge {
  readonly challenge: string;
  readonly purpose: 'add' | 'sign-in';
  /** Empty for a sign-in. */
  readonly userId: string;
  readonly expiresAt: Date;
}

/** The note for the browser. */
export function signChallenge(keys: Keys, { purpose, userId, challenge, expiresAt }: Challenge): string {
  const fields = [purpose, userId, challenge, String(expiresAt.getTime())];
  return [...fields, keys.sign('passkey-challenge', fields)].join('.');
}

/** What a note says, if it is ours, for this purpose and user, and not too old. */
export function parseChallenge(
  keys: Keys,
  text: string | undefined,
  wish: Pick<Challenge, 'purpose' | 'userId'> & { readonly now: Date },
): Challenge | undefined {
  const [purpose = '', userId = '', challenge = '', time = '', signature = ''] = (text ?? '').split('.');
  if (!keys.signed('passkey-challenge', [purpose, userId, challenge, time], signature)) return undefined;
  if (purpose !== wish.purpose || userId !== wish.userId || Number(time) <= wish.now.getTime())
    return undefined;
  return { purpose: wish.purpose, userId, challenge, expiresAt: new Date(Number(time)) };
}
