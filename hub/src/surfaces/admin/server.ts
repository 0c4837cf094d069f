// The admin surface: a socket of its own that only the operator can open.
import { type FastifyInstance } from 'fastify';
import { buildServer, type ServeOptions } from '../route/serve.ts';
import { type Route } from '../route/route.ts';
import { identifyOperator } from './operator.ts';
import { orgRoutes } from './orgs.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoutes } from './users.ts';

type Deps = Parameters<typeof userRoutes>[0] & Parameters<typeof orgRoutes>[0] & Parameters<typeof tokenRoutes>[0];

/** The routes of the admin surface. */
export function adminRoutes(deps: Deps): Route[] {
  return [...userRoutes(deps), ...orgRoutes(deps), ...tokenRoutes(deps)];
}

/** Serves the admin routes; every caller is the operator, because only the operator can open the socket. */
export function adminServer(
  deps: Deps,
  options: Pick<ServeOptions, 'log' | 'requests' | 'durations' | 'limits'>,
): FastifyInstance {
  return buildServer(adminRoutes(deps), {
    ...options,
    trustedProxies: [],
    rateLimiter: undefined,
    exemptLoopback: true,
    baseUrlFor: () => 'http://localhost',
    identify: (request) =>
      Promise.resolve({ actor: identifyOperator(request.headers), session: undefined }),
    noteUse: () => undefined,
  });
}
