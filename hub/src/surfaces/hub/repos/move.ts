// `POST /api/repos/move`
import { z } from 'zod';
import { REPO_TYPES } from '#modules/access';
import { fullName, type RepoChanges } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { parseRepoId, repoUrl, tellingWhere } from './names.ts';
import { whoOf } from '../who.ts';

/** Gives a repository another name or namespace; the old id leads to the new one from then on. */
export function moveRepo({ changes }: { changes: RepoChanges }): Route {
  return defineRoute({
    operation: 'moveRepo',
    summary: 'Rename a repository or move it to another namespace',
    method: 'POST',
    path: '/api/repos/move',
    access: 'user',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({
      fromRepo: z.string().max(200),
      toRepo: z.string().max(200),
      type: z.enum(REPO_TYPES).default('model'),
    }),
    output: z.object({ url: z.string(), name: z.string() }),
    async run(call) {
      const { session, body, baseUrl } = call;
      const own = session.account.name;
      const from = { type: body.type, ...parseRepoId(body.fromRepo, own) };
      const repo = await tellingWhere(
        baseUrl,
        body.type,
        changes.move(whoOf(call), from, parseRepoId(body.toRepo, own)),
      );
      return { url: repoUrl(baseUrl, body.type, repo), name: fullName(repo) };
    },
  });
}
