// `GET /api/users/{name}/likes`
import { z } from 'zod';
import { discoverableNamespaces } from '#modules/access';
import { type Identity } from '#modules/identity';
import { type Likes } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { nextLink, pageSize } from '../query.ts';
import { getAccount } from './get-account.ts';

/** Lists what a user likes, of what the caller may know. */
export function listLikes({ identity, likes }: { identity: Identity; likes: Likes }): Route {
  return defineRoute({
    operation: 'listLikes',
    summary: 'List what a user likes',
    method: 'GET',
    path: '/api/users/{name}/likes',
    access: 'anyone',
    allowance: 'api',
    bodyKind: 'none',
    body: z.unknown(),
    params: z.object({ name: z.string() }),
    query: z.object({ limit: pageSize(500, 500), cursor: z.string().max(500).optional() }),
    output: z.array(
      z.object({ createdAt: z.string(), repo: z.object({ name: z.string(), type: z.string() }) }),
    ),
    async run({ actor, params, query, baseUrl, request, reply }) {
      const user = await getAccount(identity, actor, { kind: 'user', name: params.name });
      const visibleTo = discoverableNamespaces(actor);
      const page = await likes.listOfUser(user.id, { visibleTo, cursor: query.cursor, limit: query.limit });
      if (page.next !== undefined)
        reply.raw.setHeader('link', nextLink(baseUrl, request.url ?? '/', { cursor: page.next }));
      return page.items.map((one) => ({
        createdAt: one.at.toISOString(),
        repo: { name: one.fullName, type: one.type },
      }));
    },
  });
}
