// The answer to a program that waits for a person to let it in (RFC 8628, 3.4).
import { type DeviceLogins } from '#modules/tokens';
import { HF_CLIENT } from './device.ts';
import { fieldOf } from './shown.ts';
import { type Refuse, type TokenAnswer } from './token-answer.ts';

/** The grant's name. */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** How RFC 6749 and RFC 8628 spell why there is no token. */
const REFUSALS = {
  waiting: ['authorization_pending', 'Nobody has entered the code yet.'],
  'too-fast': ['slow_down', 'Ask less often.'],
  denied: ['access_denied', 'The request was refused.'],
  expired: ['expired_token', 'The code is not known, too old, or was used. Begin again.'],
} as const;

/** The token of a device login that a person has approved, once. */
export async function redeemDevice(
  deviceLogins: DeviceLogins,
  body: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): Promise<TokenAnswer> {
  if (fieldOf(body, 'client_id') !== HF_CLIENT)
    return refuse('invalid_client', 'This hub knows no such client.');
  const answer = await deviceLogins.ask(fieldOf(body, 'device_code') ?? '');
  if (answer.kind !== 'issued') {
    const [error, why] = REFUSALS[answer.kind];
    return refuse(error, why);
  }
  const { text, token } = answer.issued;
  const left = token.expiresAt === null ? null : token.expiresAt.getTime() - token.createdAt.getTime();
  return {
    access_token: text.reveal('to hand it to the program that was let in'),
    token_type: 'bearer' as const,
    ...(left !== null && { expires_in: Math.floor(left / 1000) }),
    scope: token.grant.role,
  };
}
