// `GET /api/users/{name}/likes`, `GET /api/{type}/{id}/likers`, `POST` and `DELETE /api/{type}/{id}/like`
import { z } from 'zod';
import { discoverableNamespaces } from '#modules/access';
import { type Identity } from '#modules/identity';
import { type Likes, type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { nextLink, pageSize } from '../query.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { getAccount } from './overview.ts';
import { AVATAR } from './present.ts';

/** Lists likes, and likes or unlikes. */
export function likeRoutes({
  identity,
  repos,
  likes,
}: {
  identity: Identity;
  repos: Repos;
  likes: Likes;
}): Route[] {
  const shared = { allowance: 'api', bodyKind: 'none', body: z.unknown() } as const;
  const change = (operation: 'likeRepo' | 'unlikeRepo', method: 'POST' | 'DELETE'): Route =>
    defineRoute({
      ...shared,
      operation,
      summary: operation === 'likeRepo' ? 'Like a repository' : 'Take a like back',
      method,
      path: '/api/{type}/{namespace}/{name}/like',
      access: 'user',
      params: RepoParams,
      query: z.unknown(),
      output: z.object({ isLiked: z.boolean() }),
      async run(call) {
        const repo = await repos.get(call.actor, addressOf(call), 'discover');
        if (call.actor.kind !== 'user') throw new Error('a route for users was called without one');
        if (operation === 'likeRepo') await likes.like(call.actor, repo);
        else await likes.unlike(call.actor, repo);
        return { isLiked: operation === 'likeRepo' };
      },
    });
  return [
    change('likeRepo', 'POST'),
    change('unlikeRepo', 'DELETE'),
    defineRoute({
      ...shared,
      operation: 'listLikes',
      summary: 'List what a user likes',
      method: 'GET',
      path: '/api/users/{name}/likes',
      access: 'anyone',
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
    }),
    defineRoute({
      ...shared,
      operation: 'listLikers',
      summary: 'List who likes a repository',
      method: 'GET',
      path: '/api/{type}/{namespace}/{name}/likers',
      access: 'anyone',
      params: RepoParams,
      query: z.unknown(),
      output: z.array(
        z.object({ user: z.string(), fullname: z.string(), type: z.literal('user'), avatarUrl: z.string() }),
      ),
      async run(call) {
        const repo = await repos.get(call.actor, addressOf(call), 'discover');
        const users = await likes.listOfRepo(repo.id);
        return users.map(({ name, fullname }) => ({
          user: name,
          fullname,
          type: 'user' as const,
          avatarUrl: `${call.baseUrl}${AVATAR}`,
        }));
      },
    }),
  ];
}
