// `GET /api/organizations/{name}/members`
import { z } from 'zod';
import { mayNamespace } from '#modules/access';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../../route/route.ts';
import { nextLink, pageSize } from '../query.ts';
import { getAccount } from './get-account.ts';
import { presentUser, UserOverview } from './present.ts';

/** Lists the members of an organisation; their roles only for its own members. */
export function listMembers({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'listMembers',
    summary: 'List the members of an organization',
    method: 'GET',
    path: '/api/organizations/{name}/members',
    access: 'anyone',
    allowance: 'api',
    params: z.object({ name: z.string() }),
    query: z.object({
      limit: pageSize(500, 50),
      cursor: z
        .string()
        .regex(/^[0-9a-f]{24}$/)
        .default(''),
    }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(UserOverview.extend({ role: z.string().optional() })),
    async run({ actor, params, query, baseUrl, request, reply }) {
      const org = await getAccount(identity, actor, { kind: 'org', name: params.name });
      const page = await identity.listMembers(org.id, { after: query.cursor, limit: query.limit });
      if (page.next !== undefined)
        reply.raw.setHeader('link', nextLink(baseUrl, request.url ?? '/', { cursor: page.next }));
      const inFull = mayNamespace(actor, 'members', { kind: 'namespace', id: org.id, type: 'org' }).allowed;
      return page.items.map(({ user, role }) => ({ ...presentUser(user, baseUrl), ...(inFull && { role }) }));
    },
  });
}
