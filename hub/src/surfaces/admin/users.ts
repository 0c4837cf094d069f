// `/admin/users`: the operator's commands about users.
import { z } from 'zod';
import { randomPassword, type Account, type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

const Nothing = z.unknown();
const Named = z.object({ name: z.string() });
const User = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  admin: z.boolean(),
  createdAt: z.string(),
  disabledAt: z.string().nullable(),
});

/** Create, list, disable, reset-password. */
export function userRoutes({ identity }: { identity: Identity }): Route[] {
  const shared = { access: 'operator', allowance: 'none', query: Nothing } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'adminCreateUser',
      summary: 'Make a user',
      method: 'POST',
      path: '/admin/users',
      params: Nothing,
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
    }),
    defineRoute({
      ...shared,
      operation: 'adminListUsers',
      summary: 'List users',
      method: 'GET',
      path: '/admin/users',
      params: Nothing,
      bodyKind: 'none',
      body: Nothing,
      output: z.array(User),
      run: async ({ actor }) => (await identity.listAccounts(actor, 'user')).map(presentUser),
    }),
    defineRoute({
      ...shared,
      operation: 'adminDisableUser',
      summary: 'Disable a user and every token of theirs',
      method: 'POST',
      path: '/admin/users/{name}/disable',
      params: Named,
      bodyKind: 'json',
      body: z.strictObject({}),
      output: z.object({ name: z.string() }),
      async run({ actor, params }) {
        await identity.disableUser(actor, params.name);
        return { name: params.name };
      },
    }),
    defineRoute({
      ...shared,
      operation: 'adminResetPassword',
      summary: 'Give a user a new random password',
      method: 'POST',
      path: '/admin/users/{name}/reset-password',
      params: Named,
      bodyKind: 'json',
      body: z.strictObject({}),
      output: z.object({ name: z.string(), password: z.string() }),
      run: async ({ actor, params }) => ({
        name: params.name,
        password: await identity.resetPassword(actor, params.name),
      }),
    }),
  ];
}

function presentUser(account: Account): z.input<typeof User> {
  return {
    id: account.id,
    name: account.name,
    email: account.email,
    admin: account.administrator,
    createdAt: account.createdAt.toISOString(),
    disabledAt: account.disabledAt?.toISOString() ?? null,
  };
}
