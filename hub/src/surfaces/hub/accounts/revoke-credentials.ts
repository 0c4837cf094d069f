// `POST /api/credentials/revoke`: tokens that were found where they should not be. The address and the shape are those of
// GitHub's endpoint, so that scanners need no new client.
import { z } from 'zod';
import { type FoundTokens } from '#modules/tokens';
import { defineRoute, type Route } from '../../route/route.ts';

/** What GitHub takes at once. */
const MOST = 1_000;

/** Takes found tokens from anybody. The answer is the same whatever they are, and where nothing that can be read was sent. */
export function revokeCredentials(deps: { readonly foundTokens: Pick<FoundTokens, 'report'> }): Route {
  return defineRoute({
    operation: 'revokeCredentials',
    summary: `Report tokens that were found, ${MOST} at once at most, so that they are revoked`,
    method: 'POST',
    path: '/api/credentials/revoke',
    access: 'open',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    // Whoever reports is not told of what is too much: the rest of it must count all the same.
    body: z.object({ credentials: z.array(z.unknown()).min(1) }),
    answersAlike: true,
    output: z.object({}),
    status: 202,
    async run({ body, address }) {
      const texts = body.credentials.filter((one) => typeof one === 'string');
      await deps.foundTokens.report(texts.slice(0, MOST), address);
      return {};
    },
  });
}
