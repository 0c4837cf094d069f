// `GET /xet/{scope}/{generation}/v1/chunks/{label}/{hash}`: where a chunk is stored already. And what clients tell
// about their own speed, which nobody keeps.
import { z } from 'zod';
import { chunkMissing } from '#modules/xet';
import { drain, unbroken } from '../route/drain.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { openAccess, type AccessDeps } from './access.ts';
import { below, LabelledParams, ScopeParams } from './paths.ts';

const [CHUNKS = '', ...CHUNK_ALIASES] = below(
  '/v1/chunks/{label}/{hash}',
  '/chunks/{label}/{hash}',
  '/chunk/{label}/{hash}',
);
const [TELEMETRY = ''] = below('/v1/telemetry');

/** The two routes. */
export function chunkRoutes(deps: AccessDeps): Route[] {
  return [findChunk(deps), dropTelemetry(deps)];
}

// That none is known is an answer with which each client uploads what it has.
function findChunk(deps: AccessDeps): Route {
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
    output: z.object({}),
    async run(call) {
      await openAccess(deps, call, 'write');
      throw chunkMissing();
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
