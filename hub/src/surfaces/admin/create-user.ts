// `POST /admin/users`
import { z } from 'zod';
import { randomPassword, type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';
import { presentUser, User } from './present-user.ts';

/** Makes a user with a random password, answered once. */
export function createUser({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'adminCreateUser',
    summary: 'Make a user',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/users',
    params: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({ name: z.string(), email: z.string(), admin: z.boolean().default(false) }),
    output: User.extend({ password: z.string() }),
    status: 201,
    async run({ actor, body }) {
      const password = randomPassword();
      const { name, email, admin } = body;
      const account = await identity.createUser(actor, { name, email, administrator: admin, password });
      return { ...presentUser(account), password };
    },
  });
}
