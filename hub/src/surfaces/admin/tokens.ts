// `/admin/tokens`: the operator's commands about access tokens.
import { z } from 'zod';
import { parseId } from '@holdfast/kernel/id';
import { type LastUse, type Token, tokenMissing, type Tokens } from '#modules/tokens';
import { defineRoute, type Route } from '../route/route.ts';
import { type Scopes } from './scopes.ts';

const Nothing = z.unknown();
const Listed = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
});

/** Create, list, revoke. */
export function tokenRoutes({ tokens, scopes }: { tokens: Tokens; scopes: Scopes }): Route[] {
  const shared = { access: 'operator', allowance: 'none' } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'adminCreateToken',
      summary: 'Issue an access token; its text is answered once and never kept',
      method: 'POST',
      path: '/admin/tokens',
      params: Nothing,
      query: Nothing,
      bodyKind: 'json',
      body: z.strictObject({
        user: z.string(),
        name: z.string(),
        role: z.enum(['read', 'write']).optional(),
        scopes: z.array(z.string().max(300)).max(100).optional(),
        expiresInDays: z.int().optional(),
      }),
      output: z.object({ id: z.string(), token: z.string(), expiresAt: z.string().nullable() }),
      status: 201,
      async run({ actor, body }) {
        const grant = await scopes.parseGrant(body.role, body.scopes ?? []);
        const { user, name, expiresInDays } = body;
        const wish = { user, name, grant, ...(expiresInDays !== undefined && { expiresInDays }) };
        const { token, text } = await tokens.issue(actor, wish);
        return {
          id: token.id,
          token: text.reveal('to show a new token once, to the operator who asked for it'),
          expiresAt: token.expiresAt?.toISOString() ?? null,
        };
      },
    }),
    defineRoute({
      ...shared,
      operation: 'adminListTokens',
      summary: "List a user's tokens",
      method: 'GET',
      path: '/admin/tokens',
      params: Nothing,
      query: z.object({ user: z.string() }),
      bodyKind: 'none',
      body: Nothing,
      output: z.array(Listed),
      run: async ({ actor, query }) => (await tokens.list(actor, query.user)).map(presentToken),
    }),
    defineRoute({
      ...shared,
      operation: 'adminRevokeToken',
      summary: 'Revoke a token: it and all that was made from it stop working within a second',
      method: 'POST',
      path: '/admin/tokens/{id}/revoke',
      params: z.object({ id: z.string() }),
      query: Nothing,
      bodyKind: 'json',
      body: z.strictObject({}),
      output: z.object({ id: z.string() }),
      async run({ actor, params }) {
        const id = parseId(params.id);
        if (id === undefined) throw tokenMissing(params.id.slice(0, 50));
        await tokens.revoke(actor, id);
        return { id };
      },
    }),
  ];
}

function presentToken({ token, lastUse }: { token: Token; lastUse: LastUse | null }): z.input<typeof Listed> {
  return {
    id: token.id,
    name: token.name,
    role: token.grant.role,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    revokedAt: token.revokedAt?.toISOString() ?? null,
    lastUsedAt: lastUse?.at.toISOString() ?? null,
  };
}
