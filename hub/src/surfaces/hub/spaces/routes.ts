// The routes about Spaces beside their repositories.
import { type Route } from '../../route/route.ts';
import { getSpaceLogs } from './logs.ts';
import { refusedRoutes } from './refused.ts';
import { runtimeRoutes } from './runtime.ts';
import { variableRoutes } from './variables.ts';

type Deps = Parameters<typeof runtimeRoutes>[0] &
  Parameters<typeof refusedRoutes>[0] &
  Parameters<typeof getSpaceLogs>[0];

/** Runtime, host, restart, pause, variables, logs, and what static Spaces do not have. */
export function spaceRoutes(deps: Deps): Route[] {
  return [...runtimeRoutes(deps), ...variableRoutes(deps), getSpaceLogs(deps), ...refusedRoutes(deps)];
}
