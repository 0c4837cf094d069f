// The routes about Spaces beside their repositories.
import { type Route } from '../../route/route.ts';
import { followRoutes } from './logs.ts';
import { limitRoutes } from './limits.ts';
import { runtimeRoutes } from './runtime.ts';
import { secretRoutes } from './secrets.ts';
import { variableRoutes } from './variables.ts';

type Deps = Parameters<typeof runtimeRoutes>[0] &
  Parameters<typeof secretRoutes>[0] &
  Parameters<typeof followRoutes>[0];

/** Runtime, host, restart, pause, variables, secrets, limits and logs. */
export function spaceRoutes(deps: Deps): Route[] {
  const changing = [...variableRoutes(deps), ...limitRoutes(deps), ...secretRoutes(deps)];
  return [...runtimeRoutes(deps), ...changing, ...followRoutes(deps)];
}
