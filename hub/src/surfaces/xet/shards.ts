// `POST /xet/{scope}/{generation}/v1/shards` and `…/v2/shards`: files are described by the chunks they are made of.
// The second says how far it is while it goes on, because to read a large file again takes longer than a proxy waits.
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { Fault } from '@holdfast/kernel/fault';
import { accessEnded, MOST_SHARD, type DescribedShard, type Shards, type ShardSender } from '#modules/xet';
import { openLiveBody, type LiveBody } from '../http/live-body.ts';
import { type LiveStreams } from '../http/live-streams.ts';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { hearingFull } from '../route/drain.ts';
import { openAccess, rightOf, type AccessDeps, type ScopeParams as Scope } from './access.ts';
import { below, ScopeParams } from './paths.ts';
import { receiveShard, type ShardSpace } from './shard-body.ts';

/** What the routes need. */
export interface ShardDeps extends AccessDeps {
  readonly shards: Shards;
  readonly streams: LiveStreams;
  readonly shardSpace: ShardSpace;
}

/** Kinds of refusals that say nothing of the shard: it may be sent again. */
const PASSES: ReadonlySet<string> = new Set(['unavailable', 'full', 'limited']);
const PATIENCE = { bytes: MOST_SHARD, time: 10_000 };
/** Proxies end a connection that is silent for a minute. Milliseconds. */
const SILENCE = 15_000;

const [PATH = '', ...ALIASES] = below('/v1/shards', '/shards', '/shard/{label}/{hash}');
const [PATH_2 = ''] = below('/v2/shards');

/** The routes. */
export function shardRoutes(deps: ShardDeps): Route[] {
  return [putShard(deps), putShardAsBefore(deps), putShardTelling(deps)];
}

const Answer = z.object({ result: z.union([z.literal(0), z.literal(1)]) });

function putShard(deps: ShardDeps): Route {
  return defineRoute({
    operation: 'putShard',
    summary: 'Register files that are made of uploaded xorbs',
    method: 'POST',
    path: PATH,
    aliases: ALIASES,
    access: 'xet',
    allowance: 'none',
    params: ScopeParams,
    query: z.unknown(),
    bodyKind: 'stream',
    body: z.unknown(),
    output: Answer,
    run: async (call) => ({ result: await register(deps, call, () => undefined) }),
  });
}

// What clients up to 1.1.9 send a shard with.
function putShardAsBefore(deps: ShardDeps): Route {
  const [path = ''] = below('/shard/{label}/{hash}');
  return { ...putShard(deps), operation: 'putNamedShard', method: 'PUT', path, aliases: [] };
}

function putShardTelling(deps: ShardDeps): Route {
  return defineRoute({
    operation: 'putShardTelling',
    summary: 'Register files that are made of uploaded xorbs, and be told how far it is',
    method: 'POST',
    path: PATH_2,
    access: 'xet',
    allowance: 'none',
    params: ScopeParams,
    query: z.unknown(),
    bodyKind: 'stream',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      using events = new Events(call.reply.raw);
      try {
        const result = await register(deps, call, (verified, total) =>
          events.tell({ type: 'validating', verified, total }),
        );
        events.end({ type: 'result', result });
      } catch (error) {
        if (!events.begun) throw error;
        const fault = error instanceof Fault ? error : undefined;
        const message =
          fault?.message ?? `Something went wrong here; the request id is ${call.reply.request.id}.`;
        const retryable = fault === undefined || PASSES.has(fault.kind);
        events.end({ type: 'error', message, retryable });
        if (fault === undefined) throw error;
      }
    },
  });
}

async function register(
  deps: ShardDeps,
  call: Call<Scope, unknown, unknown>,
  progress: (verified: number, total: number) => void,
): Promise<0 | 1> {
  const { request, address } = call;
  const opened = await openAccess(deps, call, 'write');
  using live = openLiveBody(request, {
    streams: deps.streams,
    right: rightOf(deps, opened),
    ended: accessEnded,
  });
  const { access, actor } = opened;
  const signal = AbortSignal.any([live.signal, call.signal]);
  const sender = { access, actor, address };
  using _place = await hearingFull(request, PATIENCE, () =>
    Promise.resolve(deps.shards.expect(sender, announcedBy(request))),
  );
  const described = await describe(deps, { request, live, sender, signal }, () => progress(0, 0));
  return (await deps.shards.register(sender, described, { progress, signal })) ? 1 : 0;
}

interface Sent {
  readonly request: IncomingMessage;
  readonly live: LiveBody;
  readonly sender: ShardSender;
  readonly signal: AbortSignal;
}

// What was put aside goes before the files are hashed, which may take hours.
async function describe(
  deps: ShardDeps,
  { request, live, sender, signal }: Sent,
  onBody: () => void,
): Promise<DescribedShard> {
  await using shard = await hearingFull(request, PATIENCE, () =>
    receiveShard({ request, live }, deps.shardSpace),
  );
  // The body is here; from now on it is the client that waits.
  request.socket.setTimeout(0);
  onBody();
  return await shard.read(signal, (bytes) => deps.shards.describe(sender, bytes, signal));
}

function announcedBy({ headers }: IncomingMessage): number | undefined {
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

/** Lines of JSON; the last one is said again before a proxy takes the silence for the end. */
class Events implements Disposable {
  readonly #response: ServerResponse;
  #last: object | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Whether the status is already gone. */
  get begun(): boolean {
    return this.#response.headersSent;
  }

  tell(event: object): void {
    this.#last = event;
    if (!this.begun)
      this.#response.writeHead(200, {
        'Content-Type': 'application/x-ndjson',
        'Cache-Control': 'no-cache',
        // Or nginx would keep the lines until it has enough of them.
        'X-Accel-Buffering': 'no',
      });
    this.#response.write(`${JSON.stringify(event)}\n`);
    this.#timer ??= setInterval(() => this.#last && this.tell(this.#last), SILENCE);
  }

  end(event: object): void {
    this.tell(event);
    this.#response.end();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
