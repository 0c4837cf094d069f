// The routes about repositories as such.
import { type Route } from '../../route/route.ts';
import { authChecks } from './auth-check.ts';
import { createRepo } from './create.ts';
import { deleteRepo } from './delete.ts';
import { duplicateRepo } from './duplicate.ts';
import { infoRoutes } from './info-routes.ts';
import { listReposRoute } from './list.ts';
import { moveRepo } from './move.ts';
import { namelessRoutes } from './nameless.ts';
import { changeSettings } from './settings.ts';

type Deps = Parameters<typeof infoRoutes>[0] & Parameters<typeof createRepo>[0];

/** Create, delete, move, duplicate, settings, list, info and checks. */
export function repoRoutes(deps: Deps): Route[] {
  return [
    createRepo(deps),
    deleteRepo(deps),
    moveRepo(deps),
    duplicateRepo(deps),
    changeSettings(deps),
    listReposRoute(deps),
    ...infoRoutes(deps),
    ...authChecks(deps),
    ...namelessRoutes(),
  ];
}
