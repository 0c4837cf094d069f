// `POST|HEAD /xet/{scope}/{generation}/v1/xorbs/{label}/{hash}`: a xorb is sent, or asked for.
import { type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { KiB, MiB } from '@holdfast/kernel/size';
import { accessEnded, parseXetHash, xorbMissing, type XetHash, type Xorbs } from '#modules/xet';
import { openLiveBody } from '../http/live-body.ts';
import { type LiveStreams } from '../http/live-streams.ts';
import { hearingFull } from '../route/drain.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { openAccess, rightOf, type AccessDeps } from './access.ts';
import { below, LabelledParams } from './paths.ts';

/** What the routes need. */
export interface XorbDeps extends AccessDeps {
  readonly xorbs: Xorbs;
  readonly streams: LiveStreams;
}

/** A xorb with the longest footer, so that who is refused for space can be heard to the end. */
const PATIENCE = { bytes: 64 * MiB + 512 * KiB, time: 10_000 };

const [PATH = '', ...ALIASES] = below(
  '/v1/xorbs/{label}/{hash}',
  '/xorbs/{label}/{hash}',
  '/xorb/{label}/{hash}',
);

/** The two routes. */
export function xorbRoutes(deps: XorbDeps): Route[] {
  return [putXorb(deps), headXorb(deps)];
}

function putXorb(deps: XorbDeps): Route {
  return defineRoute({
    operation: 'putXorb',
    summary: 'Upload a xorb: chunks of files, packed one after the other',
    method: 'POST',
    path: PATH,
    aliases: ALIASES,
    access: 'xet',
    allowance: 'none',
    params: LabelledParams,
    query: z.unknown(),
    bodyKind: 'stream',
    body: z.unknown(),
    output: z.object({ was_inserted: z.boolean() }),
    async run(call) {
      const { request, params } = call;
      const opened = await openAccess(deps, call, 'write');
      const hash = hashOf(params.hash);
      using body = openLiveBody(request, {
        streams: deps.streams,
        right: rightOf(deps, opened),
        ended: accessEnded,
      });
      const { scopeId } = opened.access;
      const { source, signal } = body;
      const announced = lengthOf(request.headers);
      const inserted = await hearingFull(request, PATIENCE, () =>
        deps.xorbs.receive(scopeId, hash, { source, signal, announced }),
      );
      return { was_inserted: inserted };
    },
  });
}

function headXorb(deps: XorbDeps): Route {
  return defineRoute({
    operation: 'headXorb',
    summary: 'Ask whether a xorb is stored in the scope',
    method: 'HEAD',
    path: PATH,
    aliases: ALIASES,
    access: 'xet',
    allowance: 'none',
    params: LabelledParams,
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      // To know what others sent to the scope takes who may write there: a reader knows their files.
      const { access } = await openAccess(deps, call, 'write');
      const { packedSize } = await deps.xorbs.get(access.scopeId, hashOf(call.params.hash));
      call.reply.raw.writeHead(200, { 'Content-Length': packedSize }).end();
    },
  });
}

function lengthOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

function hashOf(text: string): XetHash {
  const hash = parseXetHash(text);
  if (hash === undefined) throw xorbMissing(text.slice(0, 80));
  return hash;
}
