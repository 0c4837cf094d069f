// `GET /api/spaces/{namespace}/{name}/runtime` and `…/host`, `POST …/restart` and `…/pause`
import { z } from 'zod';
import { type Spaces } from '#modules/spaces';
import { originOf } from '../../spaces/space-address.ts';
import { defineRoute, type Route } from '../../route/route.ts';
import { RepoParams } from '../repos/names.ts';
import { whoOf } from '../who.ts';
import { presentRuntime, SpaceRuntime, type SpaceAddressDeps } from './present.ts';

/** What these routes need. */
export interface RuntimeDeps extends SpaceAddressDeps {
  readonly spaces: Spaces;
}

/** How a Space is, and where; starting it again, and pausing it. */
export function runtimeRoutes(deps: RuntimeDeps): Route[] {
  return [getRuntime(deps), getHost(deps), restart(deps), pause(deps)];
}

const READING = {
  method: 'GET',
  access: 'anyone',
  allowance: 'api',
  params: RepoParams,
  query: z.unknown(),
  bodyKind: 'none',
  body: z.unknown(),
} as const;

function getRuntime(deps: RuntimeDeps): Route {
  return defineRoute({
    ...READING,
    operation: 'getSpaceRuntime',
    summary: 'How a Space is',
    path: '/api/spaces/{namespace}/{name}/runtime',
    output: SpaceRuntime,
    run: async ({ actor, params, baseUrl }) =>
      presentRuntime(await deps.spaces.runtime(actor, params), { ...deps, baseUrl }),
  });
}

function getHost(deps: RuntimeDeps): Route {
  return defineRoute({
    ...READING,
    operation: 'getSpaceHost',
    summary: 'Where a Space is',
    path: '/api/spaces/{namespace}/{name}/host',
    output: z.object({ subdomain: z.string(), host: z.string() }),
    async run({ actor, params, baseUrl }) {
      const { label } = await deps.spaces.runtime(actor, params);
      return { subdomain: label, host: originOf(label, { ...deps, baseUrl }) };
    },
  });
}

const CHANGING = {
  ...READING,
  method: 'POST',
  access: 'user',
  output: SpaceRuntime,
} as const;

function restart(deps: RuntimeDeps): Route {
  return defineRoute({
    ...CHANGING,
    operation: 'restartSpace',
    summary: 'Start a Space again',
    path: '/api/spaces/{namespace}/{name}/restart',
    query: z.object({ factory: z.enum(['true', 'false']).optional() }),
    run: async (call) => {
      const factory = call.query.factory === 'true';
      const runtime = await deps.spaces.restart(whoOf(call), call.params, factory);
      return presentRuntime(runtime, { ...deps, baseUrl: call.baseUrl });
    },
  });
}

function pause(deps: RuntimeDeps): Route {
  return defineRoute({
    ...CHANGING,
    operation: 'pauseSpace',
    summary: 'Have a Space be served no more until it is started again',
    path: '/api/spaces/{namespace}/{name}/pause',
    run: async (call) =>
      presentRuntime(await deps.spaces.pause(whoOf(call), call.params), { ...deps, baseUrl: call.baseUrl }),
  });
}
