// `GET /xet/{scope}/{generation}/v1/chunks/{label}/{hash}`: in which xorbs a chunk is stored already. And what clients tell
// about their own speed, which nobody keeps.
import { z } from 'zod';
import { chunkMissing, parseXetHash, type Chunks } from '#modules/xet';
import { drain, unbroken } from '../route/drain.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { openAccess, type AccessDeps } from './access.ts';
import { below, LabelledParams, ScopeParams } from './paths.ts';

/** What the routes need. */
export interface ChunkDeps extends AccessDeps {
  readonly chunks: Chunks;
}

const [CHUNKS = '', ...CHUNK_ALIASES] = below(
  '/v1/chunks/{label}/{hash}',
  '/chunks/{label}/{hash}',
  '/chunk/{label}/{hash}',
);
const [TELEMETRY = ''] = below('/v1/telemetry');

/** Both. */
export function chunkRoutes(deps: ChunkDeps): Route[] {
  return [findChunk(deps), dropTelemetry(deps)];
}

function findChunk(deps: ChunkDeps): Route {
  return defineRoute({
    operation: 'findChunk',
    summary: 'Ask where a chunk is stored already',
    method: 'GET',
    path: CHUNKS,
    aliases: CHUNK_ALIASES,
    access: 'xet',
    allowance: 'none',
    params: LabelledParams,
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      // What is known to be there is for those who may send it.
      const { access, actor } = await openAccess(deps, call, 'write');
      const hash = parseXetHash(call.params.hash);
      const scope = { id: access.scopeId, generation: Number(call.params.generation) };
      const answer =
        actor.kind === 'user' && hash ? await deps.chunks.find(scope, hash, actor.userId) : undefined;
      if (answer === undefined) throw chunkMissing();
      const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': answer.length };
      call.reply.raw.writeHead(200, headers).end(answer);
    },
  });
}

function dropTelemetry(deps: AccessDeps): Route {
  return defineRoute({
    operation: 'dropTelemetry',
    summary: 'Tell about a transfer; not kept',
    method: 'POST',
    path: TELEMETRY,
    access: 'xet',
    allowance: 'none',
    params: ScopeParams,
    query: z.unknown(),
    bodyKind: 'stream',
    body: z.unknown(),
    output: z.object({}),
    async run(call) {
      await openAccess(deps, call, 'read');
      await drain(unbroken(call.request), { bytes: 1_048_576, time: 2_000 });
      return {};
    },
  });
}
