// `GET /admin/tokens`
import { z } from 'zod';
import { writeScopes, type LastUse, type Token, type Tokens } from '#modules/tokens';
import { defineRoute, type Route } from '../route/route.ts';

const Listed = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  lastAddress: z.string().nullable(),
  lastClient: z.string().nullable(),
  scopes: z.array(z.string()),
  addresses: z.array(z.string()).nullable(),
});

/** Lists a user's tokens, without their texts. */
export function listTokens({ tokens }: { tokens: Tokens }): Route {
  return defineRoute({
    operation: 'adminListTokens',
    summary: "List a user's tokens",
    access: 'operator',
    allowance: 'none',
    method: 'GET',
    path: '/admin/tokens',
    params: z.unknown(),
    query: z.object({ user: z.string() }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(Listed),
    run: async ({ actor, query }) => (await tokens.list(actor, query.user)).map(presentToken),
  });
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
    lastAddress: lastUse?.address ?? null,
    lastClient: lastUse?.client ?? null,
    scopes: writeScopes(token.grant),
    addresses: token.addresses === null ? null : [...token.addresses],
  };
}
