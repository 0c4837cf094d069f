// `POST /admin/xet/forget`
import { z } from 'zod';
import { type Generations } from '#modules/xet';
import { defineRoute, type Route } from '../route/route.ts';

/** Makes clients forget what they sent to a repository, or to all. */
export function forgetXet({ generations }: { generations: Generations }): Route {
  return defineRoute({
    operation: 'adminForgetXet',
    summary: 'Make clients forget which chunks they sent, so that they send them again',
    access: 'operator',
    allowance: 'none',
    method: 'POST',
    path: '/admin/xet/forget',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({ repo: z.string().max(200).nullable() }),
    output: z.object({ scopes: z.int() }),
    run: async ({ actor, body }) => ({ scopes: await generations.raise(actor, body.repo ?? undefined) }),
  });
}
