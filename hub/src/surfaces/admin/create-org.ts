// `POST /admin/orgs`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { defineRoute, type Route } from '../route/route.ts';
import { Org, presentOrg } from './present-org.ts';

/** Makes an organisation with one administrator. */
export function createOrg({ identity }: { identity: Identity }): Route {
  return defineRoute({
    operation: 'adminCreateOrg',
    summary: 'Make an organization',
    access: 'operator',
    allowance: 'none',
    query: z.unknown(),
    method: 'POST',
    path: '/admin/orgs',
    params: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject({ name: z.string(), owner: z.string() }),
    output: Org,
    status: 201,
    run: async ({ actor, body }) => presentOrg(await identity.createOrg(actor, body)),
  });
}
