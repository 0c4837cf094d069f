// `POST` and `DELETE /api/{type}/{namespace}/{name}/like`
import { z } from 'zod';
import { type Likes, type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from '../repos/names.ts';

/** Likes a repository, or takes the like back. */
export function changeLike(deps: { repos: Repos; likes: Likes }, method: 'POST' | 'DELETE'): Route {
  const liking = method === 'POST';
  return defineRoute({
    operation: liking ? 'likeRepo' : 'unlikeRepo',
    summary: liking ? 'Like a repository' : 'Take a like back',
    method,
    path: '/api/{type}/{namespace}/{name}/like',
    access: 'user',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({ isLiked: z.boolean() }),
    async run(call) {
      const repo = await deps.repos.get(call.actor, addressOf(call), 'discover');
      if (liking) await deps.likes.like(call.actor, repo);
      else await deps.likes.unlike(call.actor, repo);
      return { isLiked: liking };
    },
  });
}
