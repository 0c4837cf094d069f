// `POST /api/{type}/{namespace}/{name}/branch/{branch}`
import { z } from 'zod';
import { type RefChanges } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { decodedRest } from './rest.ts';
import { whoOf } from '../who.ts';

/** Makes a branch. */
export function createBranch({ refChanges }: { refChanges: RefChanges }): Route {
  return defineRoute({
    operation: 'createBranch',
    summary: 'Make a branch',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/branch/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.unknown(),
    bodyKind: 'json',
    body: z
      .object({
        startingPoint: z.string().nullish(),
        emptyBranch: z.boolean().nullish(),
        overwrite: z.boolean().nullish(),
      })
      .nullable(),
    output: z.object({ success: z.boolean() }),
    async run(call) {
      const { body, request } = call;
      await refChanges.createBranch(whoOf(call), addressOf(call), {
        name: decodedRest(request),
        startingPoint: body?.startingPoint ?? undefined,
        empty: body?.emptyBranch ?? false,
        overwrite: body?.overwrite ?? false,
      });
      return { success: true };
    },
  });
}
