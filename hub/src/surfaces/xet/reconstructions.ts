// `GET /xet/{scope}/{generation}/v1/reconstructions/{hash}` and `…/v2/…`: which chunks of which xorbs give a file, or a
// range of it, with links to them. Whether the repository of the token has the file is asked first: its hash is told
// to everybody who may read any file like it, and opens nothing.
import { z } from 'zod';
import { type ByteRange } from '@holdfast/platform/objects/store';
import { type Blobs } from '#modules/blobs';
import { type Reads } from '#modules/ledger';
import { asXet, MOST_RANGES, type Files, type Located, type XetHash, type XorbRange } from '#modules/xet';
import { defineRoute, type Route } from '../route/route.ts';
import { openAccess, viewerOf, type AccessDeps } from './access.ts';
import { addFetches, inclusive, linksOf, presentTerms, type Fetches, type LinkOf } from './links.ts';
import { recordRead } from './record-read.ts';
import { below, HashParams } from './paths.ts';

/** What the routes need. */
export interface ReconstructionDeps extends AccessDeps {
  readonly blobs: Blobs;
  readonly xetFiles: Files;
  readonly reads: Reads;
}

/** The routes. */
export function reconstructionRoutes(deps: ReconstructionDeps): Route[] {
  return [reconstructionRoute(deps, 1), reconstructionRoute(deps, 2), headFile(deps)];
}

function reconstructionRoute(deps: ReconstructionDeps, version: 1 | 2): Route {
  const [path = '', ...aliases] =
    version === 1
      ? below('/v1/reconstructions/{hash}', '/reconstructions/{hash}', '/reconstruction/{hash}')
      : below('/v2/reconstructions/{hash}');
  return defineRoute({
    operation: version === 1 ? 'getReconstructionV1' : 'getReconstruction',
    summary: 'Ask which chunks give a file, and for links to them',
    method: 'GET',
    path,
    aliases,
    access: 'xet',
    allowance: 'none',
    params: HashParams,
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      const opened = await openAccess(deps, call, 'read');
      const blob = await deps.blobs.getSeenByXet(viewerOf(deps, opened), call.params.hash);
      const range = rangeOf(call.request.headers.range, blob.size);
      const response = call.reply.raw;
      if (range === undefined) {
        // Clients ask for windows beyond the end as a matter of course.
        response.writeHead(416, { 'Content-Range': `bytes */${blob.size}`, 'Content-Length': 0 }).end();
        return;
      }
      await recordRead(deps.reads, opened, { blob, address: call.address });
      const file = asXet(blob);
      const located = await deps.xetFiles.locate(file, range);
      const link = linksOf(deps, { opened, file: file.xet.hash }, call.baseUrl);
      const body = JSON.stringify(version === 1 ? presentV1(located, link) : presentV2(located, link));
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
      response.writeHead(200, { ...headers, 'Cache-Control': 'no-store' }).end(body);
    },
  });
}

function headFile(deps: ReconstructionDeps): Route {
  const [path = ''] = below('/v1/files/{hash}');
  return defineRoute({
    operation: 'headXetFile',
    summary: 'Ask for the size of a file',
    method: 'HEAD',
    path,
    access: 'xet',
    allowance: 'none',
    params: HashParams,
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      const opened = await openAccess(deps, call, 'read');
      const { size } = await deps.blobs.getSeenByXet(viewerOf(deps, opened), call.params.hash);
      call.reply.raw.writeHead(200, { 'Content-Length': size }).end();
    },
  });
}

/** The range of a header, cut to the file; the whole file without one. `undefined` for one that lies beyond its end. */
function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d{1,20})-(\d{0,20})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || size === 0) return { start: 0, end: size };
  const start = Number(first);
  const end = last === undefined || last === '' ? size : Math.min(size, Number(last) + 1);
  return start >= size || end <= start ? undefined : { start, end };
}

function presentV1(located: Located, link: LinkOf): object {
  const fetches: Fetches = {};
  addFetches(fetches, located, link);
  return { ...firstOf(located), fetch_info: fetches };
}

function firstOf(located: Located): object {
  return { offset_into_first_range: located.reconstruction.skip, terms: presentTerms(located) };
}

function presentV2(located: Located, link: LinkOf): object {
  const xorbs: Record<string, object[]> = {};
  for (const { xorb, url, ranges } of batchesOf(located, link)) {
    const shown = ranges.map(({ chunks, bytes }) => ({ chunks, bytes: inclusive(bytes) }));
    (xorbs[xorb] ??= []).push({ url, ranges: shown });
  }
  return { ...firstOf(located), xorbs };
}

interface Batch {
  readonly xorb: XetHash;
  readonly url: string;
  readonly ranges: readonly XorbRange[];
}

/** The parts of each xorb, no more to a link than a client can ask for in one header. */
function* batchesOf(located: Located, link: LinkOf): Generator<Batch> {
  for (const [xorb, all] of located.reconstruction.xorbs)
    for (let at = 0; at < all.length; at += MOST_RANGES) {
      const ranges = all.slice(at, at + MOST_RANGES);
      yield { xorb, url: link(located, xorb, ranges), ranges };
    }
}
