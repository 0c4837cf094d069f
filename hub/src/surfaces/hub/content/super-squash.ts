// `POST /api/{type}/{namespace}/{name}/super-squash/{branch}`
import { z } from 'zod';
import { type RefChanges } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { revisionRest } from './rest.ts';
import { whoOf } from '../who.ts';

/** Replaces the history of a branch by one commit. */
export function superSquash({ refChanges }: { refChanges: RefChanges }): Route {
  return defineRoute({
    operation: 'superSquash',
    summary: 'Replace the history of a branch by one commit',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/super-squash/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({ message: z.string().max(65_536).nullish() }).nullable(),
    output: z.object({ commitId: z.string() }),
    async run(call) {
      const wish = { revision: revisionRest(call.request), message: call.body?.message ?? '' };
      return { commitId: await refChanges.squash(whoOf(call), addressOf(call), wish) };
    },
  });
}
