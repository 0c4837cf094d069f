// `DELETE /api/repos/delete`
import { z } from 'zod';
import { REPO_TYPES } from '#modules/access';
import { type RepoChanges } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { parseRepoId } from './names.ts';
import { whoOf } from '../who.ts';

/** Deletes a repository. */
export function deleteRepo({ changes }: { changes: RepoChanges }): Route {
  return defineRoute({
    operation: 'deleteRepo',
    summary: 'Delete a repository',
    method: 'DELETE',
    path: '/api/repos/delete',
    access: 'user',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({
      name: z.string().max(200),
      organization: z.string().max(100).nullish(),
      type: z.enum(REPO_TYPES).nullish(),
    }),
    output: z.object({}),
    async run(call) {
      const { session, body } = call;
      const name = parseRepoId(body.name, body.organization ?? session.account.name);
      await changes.delete(whoOf(call), { type: body.type ?? 'model', ...name });
      return {};
    },
  });
}
