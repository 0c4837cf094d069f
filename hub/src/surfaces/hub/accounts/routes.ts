// The routes about accounts.
import { type Route } from '../../route/route.ts';
import { likeRoutes } from './likes.ts';
import { listMembers } from './members.ts';
import { overviews } from './overview.ts';
import { storageLists } from './storage.ts';
import { whoAmI } from './whoami.ts';

type Deps = Parameters<typeof likeRoutes>[0];

/** Who the caller is, what others see of accounts, members, storage and likes. */
export function accountRoutes(deps: Deps): Route[] {
  return [whoAmI(), ...overviews(deps), listMembers(deps), ...storageLists(deps), ...likeRoutes(deps)];
}
