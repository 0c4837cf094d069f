// `GET /api/users/{name}/overview`, `GET /api/organizations/{name}/overview`
import { z } from 'zod';
import { type Actor } from '#modules/access';
import { accountMissing, type Account, type Identity } from '#modules/identity';
import { listSignInNeeded, type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { AVATAR, OrgOverview, presentOrg, presentUser, UserOverview } from './present.ts';

/** What these routes need. */
export interface OverviewDeps {
  readonly identity: Identity;
  readonly repos: Repos;
}

/** What others see of a user or an organisation. */
export function overviews({ identity, repos }: OverviewDeps): Route[] {
  const shared = {
    method: 'GET',
    access: 'anyone',
    allowance: 'api',
    params: z.object({ name: z.string() }),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
  } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'getUserOverview',
      summary: 'What others see of a user',
      path: '/api/users/{name}/overview',
      output: UserOverview,
      async run({ actor, params, baseUrl }) {
        const account = await getAccount(identity, actor, { kind: 'user', name: params.name });
        const memberships = await identity.listMemberships(account.id);
        const counts = await repos.countIn(actor, account.id);
        return {
          ...presentUser(account, baseUrl),
          ...counts,
          numFollowers: 0,
          numFollowing: 0,
          orgs: memberships.map((one) => ({
            name: one.orgName,
            fullname: one.orgFullname,
            avatarUrl: `${baseUrl}${AVATAR}`,
          })),
        };
      },
    }),
    defineRoute({
      ...shared,
      operation: 'getOrganizationOverview',
      summary: 'What others see of an organization',
      path: '/api/organizations/{name}/overview',
      output: OrgOverview,
      async run({ actor, params, baseUrl }) {
        const account = await getAccount(identity, actor, { kind: 'org', name: params.name });
        const counts = await repos.countIn(actor, account.id);
        return { ...presentOrg(account, baseUrl), ...counts, numFollowers: 0 };
      },
    }),
  ];
}

/** The account, for callers who may know of accounts. Throws `account.missing`, `repo.list-sign-in-needed`. */
export async function getAccount(
  identity: Identity,
  actor: Actor,
  wish: { kind: Account['kind']; name: string },
): Promise<Account> {
  if (actor.kind === 'anonymous' && !actor.mayReadPublic) throw listSignInNeeded();
  const account = await identity.findByName(wish.name);
  if (account?.kind !== wish.kind) throw accountMissing(wish.name.slice(0, 100));
  return account;
}
