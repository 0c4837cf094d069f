// `POST /api/{type}/{namespace}/{name}/tag/{revision}`
import { z } from 'zod';
import { type RefChanges } from '#modules/content';
import { defineRoute, type Route } from '../../route/route.ts';
import { addressOf, RepoParams } from '../repos/names.ts';
import { revisionRest } from './rest.ts';
import { whoOf } from '../who.ts';

/** Makes a tag. */
export function createTag({ refChanges }: { refChanges: RefChanges }): Route {
  return defineRoute({
    operation: 'createTag',
    summary: 'Make a tag of a revision',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/tag/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({ tag: z.string(), message: z.string().max(65_536).nullish() }),
    output: z.object({ success: z.boolean() }),
    async run(call) {
      const { body, request } = call;
      const message = body.message?.trim();
      await refChanges.createTag(whoOf(call), addressOf(call), {
        name: body.tag,
        revision: revisionRest(request),
        message: message === '' ? undefined : message,
      });
      return { success: true };
    },
  });
}
