// `GET /admin/users`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';
import { presentUser, User } from './present-user.ts';

/** Lists users. */
export function listUsers({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'adminListUsers',
    summary: 'List users',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'GET',
    path: '/admin/users',
    params: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(User),
    run: async ({ actor }) => (await identity.listAccounts(actor, 'user')).map(presentUser),
  });
}
