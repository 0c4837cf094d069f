// `GET /api/spaces/{namespace}/{name}/logs/{kind}` and `…/metrics`: what is said while a Space is made ready, and while it runs,
// and what it uses.
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { referencesOf } from '#modules/access';
import { type Reads } from '#modules/ledger';
import { type Repo, type Repos } from '#modules/repos';
import { type Runtime, type Spaces, type Usage } from '#modules/spaces';
import { openEventStream, type EventStream } from '../../http/event-stream.ts';
import { type LiveStreams, type StreamRight } from '../../http/live-streams.ts';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { RepoParams } from '../repos/names.ts';
import { readOn, recordLogRead, type AskedLog } from './follow-log.ts';
import { Followers } from './followers.ts';

/** What the routes need. */
export interface LogDeps {
  readonly clock: Clock;
  readonly repos: Repos;
  readonly reads: Reads;
  readonly spaces: Spaces;
  readonly streams: LiveStreams;
}

const STREAM = {
  method: 'GET',
  access: 'user',
  allowance: 'api',
  bodyKind: 'none',
  body: z.unknown(),
  output: 'stream',
} as const;

/** Followed for as long as there may be more to say, and for as long as who asks may write to the Space. */
export function followRoutes(deps: LogDeps): Route[] {
  const followers = new Followers();
  return [getSpaceLogs(deps, followers), getSpaceMetrics(deps, followers)];
}

function getSpaceLogs(deps: LogDeps, followers: Followers): Route {
  return defineRoute({
    ...STREAM,
    operation: 'getSpaceLogs',
    summary: 'The logs of a Space, as a stream of events',
    path: '/api/spaces/{namespace}/{name}/logs/{kind}',
    params: RepoParams.extend({ kind: z.enum(['build', 'run']) }),
    query: z.object({ tail: z.coerce.number().int().min(0).max(100_000).optional() }),
    async run(call) {
      const { kind } = call.params;
      const repo = await deps.repos.get(call.actor, { type: 'space', ...call.params }, 'write');
      await recordLogRead(deps.reads, call, { repo, kind });
      const runtime = await deps.spaces.runtime(call.actor, call.params);
      using _place = followers.enter(repo.id, call.actor);
      using stream = openEventStream(call.reply.raw, { ...deps, right: rightOf(deps, call, repo) });
      const timestamp = deps.clock.now().toISOString();
      const first = kind === 'build' ? aboutReadme(runtime) : [];
      for (const line of first) await stream.send({ data: `${line}\n`, timestamp });
      await followLog(deps, { repo, kind, tail: call.query.tail }, stream);
    },
  });
}

/** What the README has to hear, and what keeps the Space from running. */
function aboutReadme({ stage, error, notices, program }: Runtime): string[] {
  const said = notices.map((notice) => `README.md: ${notice}`);
  // The rest is in the log of the build itself.
  if (program !== undefined && !WITHOUT_BUILD.has(stage)) return said;
  if (error !== undefined && !notices.includes(error)) said.push(error);
  return [...said, stage];
}

const WITHOUT_BUILD: ReadonlySet<Runtime['stage']> = new Set(['CONFIG_ERROR', 'NO_APP_FILE', 'PAUSED']);

async function followLog({ spaces }: LogDeps, asked: AskedLog, stream: EventStream): Promise<void> {
  const { repo, kind } = asked;
  const log = spaces.logOf(repo.id, kind);
  let from: number | undefined;
  while (log !== undefined && !stream.signal.aborted) {
    // Asked first: what is said while the lines are sent is found in the next round.
    const isOver = spaces.isSilent(repo.id, kind);
    const round = new AbortController();
    const until = AbortSignal.any([stream.signal, round.signal]);
    const more = Promise.race([log.waitForMore(until), spaces.changed(repo.id, until)]);
    const { lines, next } = readOn(spaces, asked, from);
    for (const { at, text } of lines) await stream.send({ data: `${text}\n`, timestamp: at?.toISOString() });
    from = next;
    const isDone = isOver && log.read(from).lines.length === 0;
    if (!isDone) await more;
    round.abort();
    if (isDone) return;
  }
}

function getSpaceMetrics(deps: LogDeps, followers: Followers): Route {
  return defineRoute({
    ...STREAM,
    operation: 'getSpaceMetrics',
    summary: 'What the program of a Space uses, as a stream of events',
    path: '/api/spaces/{namespace}/{name}/metrics',
    params: RepoParams,
    query: z.unknown(),
    async run(call) {
      const repo = await deps.repos.get(call.actor, { type: 'space', ...call.params }, 'write');
      using _place = followers.enter(repo.id, call.actor);
      using stream = openEventStream(call.reply.raw, { ...deps, right: rightOf(deps, call, repo) });
      let before: Measured | undefined;
      while (!stream.signal.aborted && !deps.spaces.isSilent(repo.id, 'run')) {
        const usage = deps.spaces.usageOf(repo.id);
        if (usage !== undefined && usage !== before?.usage) {
          const now = { usage, at: deps.clock.now().getTime() };
          await stream.send(presentUsage(before, now), 'metric');
          before = now;
        }
        await deps.spaces.changed(repo.id, AbortSignal.any([stream.signal, AbortSignal.timeout(1_000)]));
      }
    },
  });
}

interface Measured {
  readonly usage: Usage;
  readonly at: number;
}

/** As the clients read it; rates are those since the last event. */
function presentUsage(before: Measured | undefined, { usage, at }: Measured): object {
  const same = before?.usage.run === usage.run ? before : undefined;
  const seconds = same === undefined ? 0 : Math.max(0.001, (at - same.at) / 1_000);
  const rate = (now: number, then: number | undefined): number =>
    then === undefined ? 0 : Math.max(0, Math.round((now - then) / seconds));
  const busy = same === undefined ? 0 : Math.max(0, usage.cpuMs - same.usage.cpuMs) / (seconds * 1_000);
  return {
    cpu_usage_pct: Math.round((busy / usage.cpus) * 10_000) / 100,
    cpu_millicores: Math.round(usage.cpus * 1_000),
    memory_used_bytes: usage.memoryBytes,
    memory_total_bytes: usage.memoryLimitBytes,
    rx_bps: rate(usage.receivedBytes, same?.usage.receivedBytes),
    tx_bps: rate(usage.sentBytes, same?.usage.sentBytes),
    gpus: {},
    replica: usage.run.slice(-5),
  };
}

type SpaceCall = Call<unknown, unknown, unknown>;

function rightOf({ repos }: LogDeps, call: SpaceCall, { id }: Repo): StreamRight {
  const { actor, credential } = referencesOf(call.actor);
  return {
    key: `follow/${actor}/${credential}/${id}`,
    expiresAt: call.session?.token.expiresAt ?? null,
    check: async () => await repos.getKnown((await call.callerNow()).actor, id, 'write'),
  };
}
