// `GET /api/organizations/{name}/overview`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { getAccount } from './get-account.ts';
import { OrgOverview, presentOrg } from './present.ts';

/** What others see of an organisation. */
export function getOrgOverview({ identity, repos }: { identity: Identity; repos: Repos }): Route {
  return defineRoute({
    operation: 'getOrganizationOverview',
    summary: 'What others see of an organization',
    method: 'GET',
    access: 'anyone',
    allowance: 'api',
    params: z.object({ name: z.string() }),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    path: '/api/organizations/{name}/overview',
    output: OrgOverview,
    async run({ actor, params, baseUrl }) {
      const account = await getAccount(identity, actor, { kind: 'org', name: params.name });
      const counts = await repos.countIn(actor, account.id);
      const numUsers = await identity.countMembers(account.id);
      return { ...presentOrg(account, baseUrl), ...counts, numUsers, numFollowers: 0 };
    },
  });
}
