// The hub's main surface: every route that clients call, over HTTP.
import { countedAddress } from '@holdfast/kernel/network';
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { lfsRoutes } from '../lfs/routes.ts';
import { xetRoutes } from '../xet/routes.ts';
import { openApiRoute } from '../openapi/route.ts';
import { opsRoutes } from '../ops/routes.ts';
import { identifyCaller, type KnownCaller } from '../route/caller.ts';
import { baseUrlFor, type PublicAddress } from '../route/public-address.ts';
import { type Route } from '../route/route.ts';
import { buildServer, type ServeOptions } from '../route/serve.ts';
import { referencesOf } from '#modules/access';
import { type Refusals } from '#modules/ledger';
import { type Authentication } from '#modules/tokens';
import { visitRoute, type VisitDeps } from '../spaces/visit-route.ts';
import { webRoutes, type WebDeps } from '../web/routes.ts';
import { accountRoutes } from './accounts/routes.ts';
import { cardRoutes } from './cards/routes.ts';
import { openCommitRoom } from './content/commit.ts';
import { contentRoutes } from './content/routes.ts';
import { fileRoutes } from './files/routes.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { repoRoutes } from './repos/routes.ts';
import { spaceRoutes } from './spaces/routes.ts';
import { startRoutes } from './start/routes.ts';

/** What the routes need. */
export type HubDeps = Parameters<typeof accountRoutes>[0] &
  Parameters<typeof cardRoutes>[0] &
  Parameters<typeof contentRoutes>[0] &
  Parameters<typeof fileRoutes>[0] &
  Parameters<typeof lfsRoutes>[0] &
  Parameters<typeof oauthRoutes>[0] &
  Parameters<typeof opsRoutes>[0] &
  Parameters<typeof repoRoutes>[0] &
  Parameters<typeof spaceRoutes>[0] &
  Parameters<typeof xetRoutes>[0] & { readonly version: string };

/** Every route for programs. Factories only keep what they are given, so that the list can be made without it. */
export function apiRoutes(deps: HubDeps): Route[] {
  const routes = [
    ...opsRoutes(deps),
    ...startRoutes(),
    ...accountRoutes(deps),
    ...repoRoutes(deps),
    ...spaceRoutes(deps),
    ...cardRoutes(deps),
    ...contentRoutes(deps),
    ...fileRoutes(deps),
    ...lfsRoutes(deps),
    ...xetRoutes(deps),
    ...oauthRoutes(deps),
  ];
  return [...routes, openApiRoute(routes, deps.version)];
}

/** Every route of the main surface: those for programs, and the pages. */
export function hubRoutes(deps: HubDeps & WebDeps & VisitDeps): Route[] {
  return [...apiRoutes(deps), ...webRoutes(deps), visitRoute(deps)];
}

/** How the hub serves. */
export type HubOptions = Omit<
  ServeOptions,
  'baseUrlFor' | 'identify' | 'requireAddress' | 'noteUse' | 'noteRefusal'
> & {
  readonly authentication: Authentication;
  readonly refusals: Refusals;
  readonly anonymousMayRead: boolean;
  readonly address: PublicAddress;
};

/** Serves the hub's routes. */
export function hubServer(
  deps: Omit<HubDeps, 'commitRoom'> & WebDeps & VisitDeps,
  options: HubOptions,
): FastifyInstance {
  const { authentication, refusals, anonymousMayRead, address: publicAddress } = options;
  const callers = { authentication, anonymousMayRead, known: new WeakMap<Socket, KnownCaller>() };
  return buildServer(hubRoutes({ ...deps, commitRoom: openCommitRoom() }), {
    ...options,
    baseUrlFor: (host, access) => baseUrlFor(publicAddress, host, access),
    identify: (request) => identifyCaller(request.raw, callers),
    requireAddress: (session, from) => authentication.requireAddress(session, from),
    noteUse: (session, from, client) => authentication.noteUse(session, from, client),
    noteRefusal: ({ code, address, actor }) =>
      refusals.note({ code, address: countedAddress(address), ...referencesOf(actor) }),
  });
}
