// `POST /admin/users/{name}/administrator`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

/** Makes a user an administrator of the instance, or no longer one. */
export function setAdministrator({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'adminSetAdministrator',
    summary: 'Make a user an administrator of the instance, or no longer one',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/administrator',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({ administrator: z.boolean() }),
    output: z.object({ name: z.string(), admin: z.boolean() }),
    async run({ actor, params, body }) {
      await identity.setAdministrator(actor, params.name, body.administrator);
      return { name: params.name, admin: body.administrator };
    },
  });
}
