// `POST /admin/users/{name}/enable`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

/** Lets a disabled user in again. */
export function enableUser({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'adminEnableUser',
    summary: 'Let a disabled user in again',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/enable',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ name: z.string() }),
    async run({ actor, params }) {
      await identity.enableUser(actor, params.name);
      return { name: params.name };
    },
  });
}
