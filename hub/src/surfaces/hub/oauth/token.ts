// `POST /oauth/token`
import { z } from 'zod';
import { type DeviceLogins } from '#modules/tokens';
import { defineRoute, type Route } from '../../route/route.ts';
import { HF_CLIENT } from './device.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const Body = z.object({
  grant_type: z.string().optional(),
  client_id: z.string().optional(),
  device_code: z.string().optional(),
});

const Answer = z.union([
  z.object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.number().optional(),
    scope: z.string(),
  }),
  z.object({ error: z.string(), error_description: z.string() }),
]);

/** How RFC 6749 and RFC 8628 spell why there is no token. */
const REFUSALS = {
  waiting: ['authorization_pending', 'Nobody has entered the code yet.'],
  'too-fast': ['slow_down', 'Ask less often.'],
  denied: ['access_denied', 'The request was refused.'],
  expired: ['expired_token', 'The code is not known, too old, or was used. Begin again.'],
} as const;

/** Answers a program that waits to be let in. */
export function exchangeToken({ deviceLogins }: { deviceLogins: DeviceLogins }): Route {
  return defineRoute({
    operation: 'exchangeToken',
    summary: 'Fetch the token of a device login that a person has approved',
    method: 'POST',
    path: '/oauth/token',
    access: 'anyone',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json-or-form',
    body: Body,
    output: Answer,
    run: ({ body, reply }) =>
      exchange(deviceLogins, body, (error, error_description) => {
        reply.raw.statusCode = 400;
        return { error, error_description };
      }),
  });
}

async function exchange(
  deviceLogins: DeviceLogins,
  body: z.output<typeof Body>,
  refuse: (error: string, why: string) => z.input<typeof Answer>,
): Promise<z.input<typeof Answer>> {
  if (body.grant_type === 'refresh_token')
    return refuse('invalid_grant', 'This hub gives no refresh tokens. Sign in again.');
  if (body.grant_type !== DEVICE_GRANT)
    return refuse('unsupported_grant_type', 'This hub answers device logins alone.');
  if (body.client_id !== HF_CLIENT) return refuse('invalid_client', 'This hub knows no such client.');
  const answer = await deviceLogins.ask(body.device_code ?? '');
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
