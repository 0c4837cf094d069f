// `DELETE /api/{type}/{namespace}/{name}/tag/{tag}`
import { z } from 'zod';
import { type RefChanges } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { decodedRest } from './rest.ts';
import { whoOf } from '../who.ts';

/** Deletes a tag. */
export function deleteTag({ refChanges }: { refChanges: RefChanges }): Route {
  return defineRoute({
    operation: 'deleteTag',
    summary: 'Delete a tag',
    method: 'DELETE',
    path: '/api/{type}/{namespace}/{name}/tag/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({ success: z.boolean() }),
    async run(call) {
      await refChanges.deleteTag(whoOf(call), addressOf(call), decodedRest(call.request));
      return { success: true };
    },
  });
}
