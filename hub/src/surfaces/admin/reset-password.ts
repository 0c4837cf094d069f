// `POST /admin/users/{name}/reset-password`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

/** Gives a user a new random password, answered once. */
export function resetPassword({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'adminResetPassword',
    summary: 'Give a user a new random password',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users/{name}/reset-password',
    params: z.object({ name: z.string() }),
    bodyKind: 'json',
    body: z.strictObject({}),
    output: z.object({ name: z.string(), password: z.string() }),
    run: async ({ actor, params }) => ({
      name: params.name,
      password: await identity.resetPassword(actor, params.name),
    }),
  });
}
