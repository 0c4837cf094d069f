// Serves the origins of Spaces, beside the hub's own on the same port.
import { countedAddress } from '@holdfast/kernel/network';
import { type Socket } from 'node:net';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { referencesOf } from '#modules/access';
import { type Refusals } from '#modules/ledger';
import { type Sessions } from '#modules/sessions';
import { type Authentication } from '#modules/tokens';
import { type Caller, type KnownCaller } from '../route/caller.ts';
import { hostRefused } from '../route/faults.ts';
import { buildServer, type ServeOptions } from '../route/serve.ts';
import { spaceSiteRoutes, type SpaceDeps } from './routes.ts';
import { labelIn } from './space-address.ts';
import { identifyVisitor } from './visitor.ts';

/** How the origins are served. */
export type SpaceServerOptions = Omit<
  ServeOptions,
  'baseUrlFor' | 'identify' | 'requireAddress' | 'noteUse' | 'noteRefusal'
> & {
  readonly authentication: Authentication;
  readonly refusals: Refusals;
  readonly anonymousMayRead: boolean;
  /** `http:` or `https:`, as the outside sees it. */
  readonly protocol: string;
};

/** The server of all Spaces; it is told apart by the Host of each request. */
export function spaceServer(
  deps: SpaceDeps & { readonly sessions: Sessions },
  options: SpaceServerOptions,
): FastifyInstance {
  const { authentication, refusals, anonymousMayRead, protocol } = options;
  const callers = { authentication, anonymousMayRead, known: new WeakMap<Socket, KnownCaller>() };
  const originFor = (host: string | undefined): string => `${protocol}//${host ?? ''}`;
  const identify = async ({ raw }: FastifyRequest): Promise<Caller> => {
    const label = labelIn(raw.headers.host, deps.spacesHost);
    if (label === undefined) throw hostRefused('');
    return await identifyVisitor(raw, { label, origin: originFor(raw.headers.host) }, { ...deps, callers });
  };
  return buildServer(spaceSiteRoutes(deps), {
    ...options,
    // What is typed into a browser's window for a Space would go along with every request to it.
    challenge: false,
    baseUrlFor: originFor,
    identify,
    requireAddress: (session, from) => authentication.requireAddress(session, from),
    noteUse: (session, from, client) => authentication.noteUse(session, from, client),
    noteRefusal: ({ code, address, actor }) =>
      refusals.note({ code, address: countedAddress(address), ...referencesOf(actor) }),
  });
}
