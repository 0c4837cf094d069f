// `DELETE /api/{type}/{namespace}/{name}/branch/{branch}`
import { z } from 'zod';
import { type RefChanges } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { decodedRest } from './rest.ts';
import { whoOf } from '../who.ts';

/** Deletes a branch. */
export function deleteBranch({ refChanges }: { refChanges: RefChanges }): Route {
  return defineRoute({
    operation: 'deleteBranch',
    summary: 'Delete a branch; `main` stays',
    method: 'DELETE',
    path: '/api/{type}/{namespace}/{name}/branch/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({ success: z.boolean() }),
    async run(call) {
      await refChanges.deleteBranch(whoOf(call), addressOf(call), decodedRest(call.request));
      return { success: true };
    },
  });
}
