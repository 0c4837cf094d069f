// `POST /admin/users/{name}/disable`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

/** Disables a user and every token of theirs. */
export function disableUser({ identity }: { identity: Identity }): Route {
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
    output: z.object({ name: z.string() }),
    async run({ actor, params }) {
      await identity.disableUser(actor, params.name);
      return { name: params.name };
    },
  });
}
