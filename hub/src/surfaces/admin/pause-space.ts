// `POST /admin/spaces/pause`
import { z } from 'zod';
import { type Spaces } from '#modules/spaces';
import { RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Pauses a Space, also while the database is away. */
export function pauseSpaceAsOperator({ spaces }: { readonly spaces: Spaces }): Route {
  return defineRoute({
    operation: 'adminPauseSpace',
    summary:
      'Pause a Space: its app is ended, and it is served no more until who writes to it starts it again',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/spaces/pause',
    params: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({
      space: z
        .string()
        .max(200)
        .regex(/^[^/]+\/[^/]+$/, 'it is NAMESPACE/NAME'),
    }),
    output: z.object({ space: z.string(), ...RECORDED }),
    async run({ actor, body }) {
      return { space: body.space, ...(await spaces.pauseAsOperator(actor, body.space)) };
    },
  });
}
