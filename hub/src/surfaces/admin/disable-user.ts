// `POST /admin/users/{name}/disable`
import { z } from 'zod';
import { type TakenRights } from '#modules/identity';
import { OWNERLESS, RECORDED } from './recorded.ts';
import { defineRoute, type Route } from '../route/route.ts';

/** Disables a user and every token of theirs. */
export function disableUser({ takenRights }: { takenRights: TakenRights }): Route {
  return defineRoute({
    operation: 'adminDisableUser',
    summary: 'Disable a user and every token of theirs',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/disable',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ name: z.string(), ...RECORDED, ...OWNERLESS }),
    async run({ actor, params }) {
      return { name: params.name, ...(await takenRights.disable(actor, params.name)) };
    },
  });
}
