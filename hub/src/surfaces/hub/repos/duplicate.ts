// `POST /api/{type}/{namespace}/{name}/duplicate`
import { z } from 'zod';
import { fullName, type RepoChanges } from '#modules/repos';
import { type Spaces } from '#modules/spaces';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, parseRepoId, RepoParams, repoUrl, tellingWhere } from './names.ts';
import { beginningOf, OtherOptions, refuseOtherOptions, VisibilityWish, visibilityOf } from './wishes.ts';
import { whoOf } from '../who.ts';

/** Copies a repository with its history. */
export function duplicateRepo({ changes, spaces }: { changes: RepoChanges; spaces: Spaces }): Route {
  return defineRoute({
    operation: 'duplicateRepo',
    summary: 'Copy a repository with its history',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/duplicate',
    access: 'user',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({
      ...VisibilityWish.shape,
      ...OtherOptions.shape,
      repository: z.string().max(200),
    }),
    output: z.object({ url: z.string(), id: z.string(), name: z.string() }),
    async run(call) {
      const { session, body, baseUrl, repoType } = call;
      refuseOtherOptions(body, repoType);
      const beginning = await beginningOf(spaces, { actor: call.actor, type: repoType }, body);
      const to = parseRepoId(body.repository, session.account.name);
      const visibility = visibilityOf(body);
      const repo = await tellingWhere(
        baseUrl,
        repoType,
        changes.duplicate(whoOf(call), { from: addressOf(call), to, visibility, beginning }),
      );
      return { url: repoUrl(baseUrl, repoType, repo), id: repo.id, name: fullName(repo) };
    },
  });
}
