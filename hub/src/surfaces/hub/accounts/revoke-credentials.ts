// `POST /api/credentials/revoke`: tokens that were found where they should not be. The address and the shape are those of
// GitHub's endpoint, so that scanners need no new client.
import { z } from 'zod';
import { type FoundTokens } from '#modules/tokens';
import { defineRoute, type Route } from '../../route/route.ts';

/** What GitHub takes at once. */
const MOST = 1_000;
const LONGEST = 1_000;

/** Takes found tokens from anybody. The answer is the same whatever they are. */
export function revokeCredentials(deps: { readonly foundTokens: FoundTokens }): Route {
  return defineRoute({
    operation: 'revokeCredentials',
    summary: 'Report tokens that were found, so that they are revoked',
    method: 'POST',
    path: '/api/credentials/revoke',
    access: 'open',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({ credentials: z.array(z.string().max(LONGEST)).min(1).max(MOST) }),
    output: z.object({}),
    status: 202,
    async run({ body, address }) {
      await deps.foundTokens.report(body.credentials, address);
      return {};
    },
  });
}
