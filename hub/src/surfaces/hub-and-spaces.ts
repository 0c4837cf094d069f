// The hub and the origins of Spaces on one port, told apart by the Host of each request.
import { type FastifyInstance } from 'fastify';
import { hubServer, type HubOptions } from './hub/server.ts';
import { labelIn } from './spaces/space-address.ts';
import { spaceServer } from './spaces/server.ts';

type Deps = Parameters<typeof hubServer>[0] & Omit<Parameters<typeof spaceServer>[0], 'hubUrl'>;

/** The server of both. Nothing of the hub answers on the origin of a Space, and nothing of a Space on the hub's. */
export async function hubWithSpaces(deps: Deps, options: HubOptions): Promise<FastifyInstance> {
  const hubUrl = (): string =>
    options.address.publicUrl?.replace(/\/+$/, '') ?? `http://localhost:${options.address.port}`;
  const { protocol } = new URL(hubUrl());
  const spaces = spaceServer({ ...deps, hubUrl }, { ...options, protocol });
  await spaces.ready();
  return hubServer(deps, {
    ...options,
    elsewhere: (host) =>
      labelIn(host, deps.spacesHost) === undefined || host === new URL(hubUrl()).host
        ? undefined
        : (request, response) => spaces.routing(request, response),
  });
}
