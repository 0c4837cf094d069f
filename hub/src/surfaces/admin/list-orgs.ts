// `GET /admin/orgs`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';
import { Org, presentOrg } from './present-org.ts';

/** Lists organisations. */
export function listOrgs({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'adminListOrgs',
    summary: 'List organizations',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'GET',
    path: '/admin/orgs',
    params: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(Org),
    run: async ({ actor }) => (await identity.listAccounts(actor, 'org')).map(presentOrg),
  });
}
