// `GET /api/settings/repositories`, `GET /api/organizations/{name}/settings/repositories`
import { z } from 'zod';
import { type Identity } from '#modules/identity';
import { fullName, type Repo, type Repos } from '#modules/repos';
import { type Sizes } from '#modules/upkeep';
import { defineRoute, type Route } from '../../route/route.ts';
import { getAccount } from './get-account.ts';

const Stored = z.object({
  id: z.string(),
  type: z.string(),
  updatedAt: z.string(),
  visibility: z.string(),
  storage: z.number(),
  storagePercent: z.number(),
  /** Bytes on disks; what several repositories share counts for each. */
  physicalStorage: z.number(),
});

/** What the lists need. */
export interface StorageDeps {
  readonly identity: Identity;
  readonly repos: Repos;
  readonly sizes: Sizes;
}

/** Lists the repositories of a namespace with what each of them occupies. */
export function storageLists(deps: StorageDeps): Route[] {
  const { identity, repos } = deps;
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
        return await present(deps, await repos.listStorage(actor, session.account));
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
        return await present(deps, await repos.listStorage(actor, org));
      },
    }),
  ];
}

async function present(
  { sizes }: Pick<StorageDeps, 'sizes'>,
  list: readonly Repo[],
): Promise<z.input<typeof Stored>[]> {
  const stored = await sizes.storedByEach(list.map(({ id }) => id));
  const total = list.reduce((sum, repo) => sum + repo.usedStorage, 0);
  return list.map((repo) => ({
    id: fullName(repo),
    type: repo.type,
    updatedAt: repo.lastModified.toISOString(),
    visibility: repo.visibility,
    storage: repo.usedStorage,
    storagePercent: total === 0 ? 0 : Math.round((repo.usedStorage / total) * 1000) / 10,
    physicalStorage: stored.get(repo.id) ?? 0,
  }));
}
