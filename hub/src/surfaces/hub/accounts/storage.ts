// `GET /api/settings/repositories`, `GET /api/organizations/{name}/settings/repositories`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { fullName, type Repo, type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { getAccount } from './get-account.ts';

const Stored = z.object({
  id: z.string(),
  type: z.string(),
  updatedAt: z.string(),
  visibility: z.string(),
  storage: z.number(),
  storagePercent: z.number(),
});

/** Lists the repositories of a namespace with what each of them occupies. */
export function storageLists({ identity, repos }: { identity: Identity; repos: Repos }): Route[] {
  const shared = {
    method: 'GET',
    access: 'user',
    allowance: 'api',
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(Stored),
  } as const;
  return [
    defineRoute({
      ...shared,
      operation: 'listOwnStorage',
      summary: "List the caller's repositories with their storage",
      path: '/api/settings/repositories',
      params: z.unknown(),
      async run({ actor, session }) {
        if (session === undefined) throw new Error('a route for users was called without one');
        return present(await repos.listStorage(actor, session.account));
      },
    }),
    defineRoute({
      ...shared,
      operation: 'listOrganizationStorage',
      summary: "List an organization's repositories with their storage",
      path: '/api/organizations/{name}/settings/repositories',
      params: z.object({ name: z.string() }),
      async run({ actor, params }) {
        const org = await getAccount(identity, actor, { kind: 'org', name: params.name });
        return present(await repos.listStorage(actor, org));
      },
    }),
  ];
}

function present(list: readonly Repo[]): z.input<typeof Stored>[] {
  const total = list.reduce((sum, repo) => sum + repo.usedStorage, 0);
  return list.map((repo) => ({
    id: fullName(repo),
    type: repo.type,
    updatedAt: repo.lastModified.toISOString(),
    visibility: repo.visibility,
    storage: repo.usedStorage,
    storagePercent: total === 0 ? 0 : Math.round((repo.usedStorage / total) * 1000) / 10,
  }));
}
