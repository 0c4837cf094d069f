// `GET /admin/orgs/{name}/tokens`, `POST /admin/orgs/{name}/tokens/{id}/approve`, `…/end`
import { z } from 'zod';
import { parseId, type Id } from '@holdfast/kernel/id';
import { tokenMissing, writeScopes, type OrgToken, type OrgTokens } from '#modules/tokens';
import { RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

const Listed = z.object({
  id: z.string(),
  owner: z.string(),
  name: z.string(),
  role: z.string(),
  scopes: z.array(z.string()),
  reach: z.enum(['reaches', 'refused', 'waits', 'ended']),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  lastUsedAt: z.string().nullable(),
  lastAddress: z.string().nullable(),
  lastClient: z.string().nullable(),
});

const SHARED = { access: 'operator', allowance: 'none', query: z.unknown() } as const;

interface Deps {
  readonly orgTokens: OrgTokens;
}

/** The tokens that reach an organisation, and what is decided about them. */
export function orgTokenRoutes(deps: Deps): Route[] {
  return [listOrgTokens(deps), decide(deps, 'approve'), decide(deps, 'end')];
}

function listOrgTokens({ orgTokens }: Deps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'adminListOrgTokens',
    summary: 'List the tokens that reach an organization, or would',
    method: 'GET',
    path: '/admin/orgs/{name}/tokens',
    params: z.object({ name: z.string() }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(Listed),
    run: async ({ actor, params }) => (await orgTokens.list(actor, params.name)).map(present),
  });
}

function decide({ orgTokens }: Deps, act: 'approve' | 'end'): Route {
  return defineRoute({
    ...SHARED,
    operation: act === 'approve' ? 'adminApproveOrgToken' : 'adminEndOrgToken',
    summary:
      act === 'approve'
        ? 'Let a token reach the organization that waits for it'
        : "End a token's reach into an organization, for good",
    method: 'POST',
    path: `/admin/orgs/{name}/tokens/{id}/${act}`,
    params: z.object({ name: z.string(), id: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ id: z.string(), ...RECORDED }),
    async run({ actor, params }) {
      const id: Id | undefined = parseId(params.id);
      if (id === undefined) throw tokenMissing(params.id.slice(0, 50));
      if (act === 'end') return { id, ...(await orgTokens.end(actor, params.name, id)) };
      await orgTokens.approve(actor, params.name, id);
      return { id, recorded: true };
    },
  });
}

function present({ token, owner, lastUse, reach }: OrgToken): z.input<typeof Listed> {
  return {
    id: token.id,
    owner: owner.name,
    name: token.name,
    role: token.grant.role,
    scopes: writeScopes(token.grant),
    reach,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUse?.at.toISOString() ?? null,
    lastAddress: lastUse?.address ?? null,
    lastClient: lastUse?.client ?? null,
  };
}
