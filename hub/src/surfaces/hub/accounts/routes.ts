// The routes about accounts.
import { type Route } from '../../route/route.ts';
import { changeLike } from './like.ts';
import { listLikers } from './list-likers.ts';
import { listLikes } from './list-likes.ts';
import { listMembers } from './members.ts';
import { getOrgOverview } from './org-overview.ts';
import { revokeCredentials } from './revoke-credentials.ts';
import { storageLists, type StorageDeps } from './storage.ts';
import { getUserOverview } from './user-overview.ts';
import { whoAmI } from './whoami.ts';

type Deps = Parameters<typeof getUserOverview>[0] &
  Parameters<typeof listLikes>[0] &
  Parameters<typeof revokeCredentials>[0] &
  StorageDeps;

/** Who the caller is, what others see of accounts, members, storage and likes. */
export function accountRoutes(deps: Deps): Route[] {
  return [
    whoAmI(),
    getUserOverview(deps),
    getOrgOverview(deps),
    listMembers(deps),
    ...storageLists(deps),
    changeLike(deps, 'POST'),
    changeLike(deps, 'DELETE'),
    listLikes(deps),
    listLikers(deps),
    revokeCredentials(deps),
  ];
}
