// `GET /api/{type}/{namespace}/{name}/likers`
import { z } from 'zod';
import { type Likes, type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { AVATAR } from './present.ts';

/** Lists who likes a repository. */
export function listLikers({ repos, likes }: { repos: Repos; likes: Likes }): Route {
  return defineRoute({
    operation: 'listLikers',
    summary: 'List who likes a repository',
    allowance: 'api',
    bodyKind: 'none',
    body: z.unknown(),
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
  });
}
