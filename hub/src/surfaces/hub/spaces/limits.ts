// What a program may use, when it sleeps, and where it may connect: `POST /api/spaces/{namespace}/{name}/hardware` and
// `…/sleeptime`, `GET` and `PUT …/egress`, and `GET /api/spaces/hardware`
import { z } from 'zod';
import { MOST_HOSTS, type Egress, type Spaces } from '#modules/spaces';
import { defineRoute, type Route } from '../../route/route.ts';
import { RepoParams } from '../repos/names.ts';
import { whoOf } from '../who.ts';
import { presentRuntime, SpaceRuntime, type SpaceAddressDeps } from './present.ts';
import { SleepSeconds } from './wishes.ts';

/** What these routes need. */
export interface LimitDeps extends SpaceAddressDeps {
  readonly spaces: Spaces;
}

/** The routes. */
export function limitRoutes(deps: LimitDeps): Route[] {
  return [listHardware(deps), requestHardware(deps), setSleepTime(deps), getEgress(deps), setEgress(deps)];
}

const Hardware = z.object({
  name: z.string(),
  prettyName: z.string(),
  cpu: z.string(),
  ram: z.string(),
  /** Always nothing: clients read it. */
  unitCostMicroUSD: z.number(),
  unitCostUSD: z.number(),
  unitLabel: z.string(),
});

function listHardware({ spaces }: LimitDeps): Route {
  return defineRoute({
    operation: 'listHardware',
    summary: 'What a Space may run on',
    method: 'GET',
    path: '/api/spaces/hardware',
    access: 'anyone',
    allowance: 'api',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(Hardware),
    run: () =>
      Promise.resolve(
        spaces.hardware.map(({ name, title, cpus, memoryBytes }) => ({
          ...{ name, prettyName: title, cpu: `${cpus} vCPU`, ram: `${memoryBytes / 1024 ** 3} GB` },
          ...{ unitCostMicroUSD: 0, unitCostUSD: 0, unitLabel: 'hour' },
        })),
      ),
  });
}

const CHANGING = {
  access: 'user',
  allowance: 'api',
  params: RepoParams,
  query: z.unknown(),
  bodyKind: 'json',
} as const;

function requestHardware(deps: LimitDeps): Route {
  return defineRoute({
    ...CHANGING,
    operation: 'requestHardware',
    summary: 'Give the program of a Space other limits',
    method: 'POST',
    path: '/api/spaces/{namespace}/{name}/hardware',
    body: z.object({ flavor: z.string().max(100), sleepTimeSeconds: SleepSeconds.nullish() }),
    output: SpaceRuntime,
    async run(call) {
      const { flavor: hardware, sleepTimeSeconds } = call.body;
      const wish = { hardware, sleepSeconds: sleepTimeSeconds ?? undefined };
      const runtime = await deps.spaces.requestHardware(whoOf(call), call.params, wish);
      return presentRuntime(runtime, { ...deps, baseUrl: call.baseUrl });
    },
  });
}

function setSleepTime(deps: LimitDeps): Route {
  return defineRoute({
    ...CHANGING,
    operation: 'setSleepTime',
    summary: 'Set how long the program of a Space waits for visitors until it sleeps',
    method: 'POST',
    path: '/api/spaces/{namespace}/{name}/sleeptime',
    body: z.object({ seconds: SleepSeconds }),
    output: SpaceRuntime,
    async run(call) {
      const runtime = await deps.spaces.setSleepTime(whoOf(call), call.params, call.body.seconds);
      return presentRuntime(runtime, { ...deps, baseUrl: call.baseUrl });
    },
  });
}

const EgressBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('open') }),
  z.strictObject({ kind: z.literal('list'), hosts: z.array(z.string().max(300)).max(MOST_HOSTS) }),
  z.strictObject({ kind: z.literal('closed') }),
]);
const EGRESS = '/api/spaces/{namespace}/{name}/egress';

function getEgress({ spaces }: LimitDeps): Route {
  return defineRoute({
    ...CHANGING,
    operation: 'getEgress',
    summary: 'Where the program of a Space may connect',
    method: 'GET',
    path: EGRESS,
    bodyKind: 'none',
    body: z.unknown(),
    output: EgressBody,
    run: async ({ actor, params }) => presentEgress(await spaces.egress(actor, params)),
  });
}

function setEgress({ spaces }: LimitDeps): Route {
  return defineRoute({
    ...CHANGING,
    operation: 'setEgress',
    summary: 'Set where the program of a Space may connect',
    method: 'PUT',
    path: EGRESS,
    body: EgressBody,
    output: EgressBody,
    run: async (call) => presentEgress(await spaces.setEgress(whoOf(call), call.params, call.body)),
  });
}

function presentEgress(egress: Egress): z.input<typeof EgressBody> {
  return egress.kind === 'list' ? { ...egress, hosts: [...egress.hosts] } : egress;
}
