// `POST /admin/tokens`
import { z } from 'zod';
import { type Tokens, type TokenScopes } from '#modules/tokens';
import { defineRoute, type Route } from '../route/route.ts';

/** Issues an access token; its text is answered once. */
export function createToken({ tokens, scopes }: { tokens: Tokens; scopes: TokenScopes }): Route {
  return defineRoute({
    operation: 'adminCreateToken',
    summary: 'Issue an access token; its text is answered once and never kept',
    access: 'operator',
    allowance: 'none',
    method: 'POST',
    path: '/admin/tokens',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({
      user: z.string(),
      name: z.string(),
      role: z.enum(['read', 'write']).optional(),
      scopes: z.array(z.string().max(300)).max(100).optional(),
      expiresInDays: z.int().optional(),
      addresses: z.array(z.string().max(60)).max(50).optional(),
    }),
    output: z.object({ id: z.string(), token: z.string(), expiresAt: z.string().nullable() }),
    status: 201,
    async run({ actor, body }) {
      const grant = await scopes.parseGrant(body.role, body.scopes ?? []);
      const { user, name, expiresInDays, addresses } = body;
      const wish = {
        ...{ user, name, grant },
        ...(expiresInDays !== undefined && { expiresInDays }),
        ...(addresses !== undefined && { addresses }),
      };
      const { token, text } = await tokens.issue(actor, wish);
      return {
        id: token.id,
        token: text.reveal('to show a new token once, to the operator who asked for it'),
        expiresAt: token.expiresAt?.toISOString() ?? null,
      };
    },
  });
}
