// `GET /api/users/{name}/overview`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { type Likes, type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { getAccount } from './get-account.ts';
import { AVATAR, presentUser, UserOverview } from './present.ts';

/** What the route needs. */
interface UserOverviewDeps {
  readonly identity: Identity;
  readonly repos: Repos;
  readonly likes: Likes;
}

/** What others see of a user. */
export function getUserOverview({ identity, repos, likes }: UserOverviewDeps): Route {
  return defineRoute({
    operation: 'getUserOverview',
    summary: 'What others see of a user',
    method: 'GET',
    access: 'anyone',
    allowance: 'api',
    params: z.object({ name: z.string() }),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    path: '/api/users/{name}/overview',
    output: UserOverview,
    async run({ actor, params, baseUrl }) {
      const account = await getAccount(identity, actor, { kind: 'user', name: params.name });
      const memberships = await identity.listMemberships(account.id);
      const counts = await repos.countIn(actor, account.id);
      return {
        ...presentUser(account, baseUrl),
        ...counts,
        numLikes: await likes.countOfUser(account.id),
        numFollowers: 0,
        numFollowing: 0,
        orgs: memberships.map((one) => ({
          name: one.orgName,
          fullname: one.orgFullname,
          avatarUrl: `${baseUrl}${AVATAR}`,
        })),
      };
    },
  });
}
