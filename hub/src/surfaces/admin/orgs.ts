// `/admin/orgs`: the operator's commands about organisations.
import { z } from 'zod';
import { ROLES } from '#modules/access';
import { type Account, type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';

const Nothing = z.unknown();
const Org = z.object({ id: z.string(), name: z.string(), createdAt: z.string() });

/** Create, list, set a member's role. */
export function orgRoutes({ identity }: { identity: Identity }): Route[] {
  const shared = { access: 'operator', allowance: 'none', query: Nothing } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'adminCreateOrg',
      summary: 'Make an organization',
      method: 'POST',
      path: '/admin/orgs',
      params: Nothing,
      bodyKind: 'json',
      body: z.strictObject({ name: z.string(), owner: z.string() }),
      output: Org,
      status: 201,
      run: async ({ actor, body }) => presentOrg(await identity.createOrg(actor, body)),
    }),
    defineRoute({
      ...shared,
      operation: 'adminListOrgs',
      summary: 'List organizations',
      method: 'GET',
      path: '/admin/orgs',
      params: Nothing,
      bodyKind: 'none',
      body: Nothing,
      output: z.array(Org),
      run: async ({ actor }) => (await identity.listAccounts(actor, 'org')).map(presentOrg),
    }),
    defineRoute({
      ...shared,
      operation: 'adminPutMember',
      summary: "Make a user a member of an organization, or change a member's role",
      method: 'POST',
      path: '/admin/orgs/{name}/members',
      params: z.object({ name: z.string() }),
      bodyKind: 'json',
      body: z.strictObject({ user: z.string(), role: z.enum(ROLES) }),
      output: z.object({ org: z.string(), user: z.string(), role: z.enum(ROLES) }),
      async run({ actor, params, body }) {
        await identity.putMember(actor, { org: params.name, ...body });
        return { org: params.name, ...body };
      },
    }),
  ];
}

function presentOrg(account: Account): z.input<typeof Org> {
  return { id: account.id, name: account.name, createdAt: account.createdAt.toISOString() };
}
