// `GET /admin/tokens`
import { z } from 'zod';
import { writeScopes, type LastUse, type Token, type Tokens, type TokenUses } from '#modules/tokens';
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
  used: z.array(z.string()),
});

/** Lists a user's tokens, without their texts; of classic ones also the scopes that their use would need. */
export function listTokens({ tokens, uses }: { tokens: Tokens; uses: TokenUses }): Route {
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
    run: async ({ actor, query }) =>
      await Promise.all(
        (await tokens.list(actor, query.user)).map(async ({ token, lastUse }) => ({
          ...presentToken({ token, lastUse }),
          used: await uses.listScopes(token.id),
        })),
      ),
  });
}

function presentToken({
  token,
  lastUse,
}: {
  token: Token;
  lastUse: LastUse | null;
}): Omit<z.input<typeof Listed>, 'used'> {
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
