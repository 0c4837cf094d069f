// The routes about Spaces beside their repositories.
import { type Route } from '../../route/route.ts';
import { followRoutes } from './logs.ts';
import { limitRoutes } from './limits.ts';
import { refusedRoutes } from './refused.ts';
import { runtimeRoutes } from './runtime.ts';
import { variableRoutes } from './variables.ts';

type Deps = Parameters<typeof runtimeRoutes>[0] &
  Parameters<typeof refusedRoutes>[0] &
  Parameters<typeof followRoutes>[0];

/** Runtime, host, restart, pause, variables, limits, logs, and what Spaces do not have here. */
export function spaceRoutes(deps: Deps): Route[] {
  const changing = [...variableRoutes(deps), ...limitRoutes(deps), ...refusedRoutes(deps)];
  return [...runtimeRoutes(deps), ...changing, ...followRoutes(deps)];
}
