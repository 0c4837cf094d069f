// `GET /xet/{scope}/{generation}/v1/reconstructions/{hash}` and `…/v2/…`: which chunks of which xorbs give a file, or a
// range of it, with links to them. Whether the repository of the token has the file is asked first: its hash is told
// to everybody who may read any file like it, and opens nothing.
import { z } from 'zod';
import { type ByteRange } from '@holdfast/platform/objects/store';
import { isRecorded, referencesOf } from '#modules/access';
import { type Blob, type Blobs } from '#modules/blobs';
import { type Reads } from '#modules/ledger';
import {
  asXet,
  MOST_RANGES,
  signFetch,
  type Files,
  type Located,
  type XetHash,
  type XorbRange,
} from '#modules/xet';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { openAccess, type AccessDeps, type OpenedAccess } from './access.ts';
import { below, HashParams } from './paths.ts';

/** What the routes need. */
export interface ReconstructionDeps extends AccessDeps {
  readonly blobs: Blobs;
  readonly xetFiles: Files;
  readonly reads: Reads;
}

/** How long a link to a xorb is good, in seconds. A client whose link has expired asks for the reconstruction again. */
const FETCH_SECONDS = 60 * 60;

type FileCall = Call<z.output<typeof HashParams>, unknown, unknown>;

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
      const blob = await deps.blobs.getByXet(opened.repo.id, call.params.hash);
      const range = rangeOf(call.request.headers.range, blob.size);
      const response = call.reply.raw;
      if (range === undefined) {
        // Clients ask for windows beyond the end as a matter of course.
        response.writeHead(416, { 'Content-Range': `bytes */${blob.size}`, 'Content-Length': 0 }).end();
        return;
      }
      await recordRead(deps, opened, { blob, address: call.address });
      const file = asXet(blob);
      const located = await deps.xetFiles.locate(file, range);
      const link = linksOf(deps, { opened, file: file.xet.hash }, call);
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
      const { repo } = await openAccess(deps, call, 'read');
      const { size } = await deps.blobs.getByXet(repo.id, call.params.hash);
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

async function recordRead(
  { reads }: ReconstructionDeps,
  { repo, actor }: OpenedAccess,
  of: { readonly blob: Blob; readonly address: string },
): Promise<void> {
  if (!isRecorded(repo)) return;
  const { address, blob } = of;
  const path = `sha256:${blob.sha256}`;
  await reads.recordRead({ ...referencesOf(actor), address, repoId: repo.id, revision: '', path });
}

type LinkOf = (located: Located, xorb: XetHash, ranges: readonly XorbRange[]) => string;

function linksOf(
  deps: ReconstructionDeps,
  { opened, file }: { readonly opened: OpenedAccess; readonly file: XetHash },
  { baseUrl }: FileCall,
): LinkOf {
  const { repoId, tokenId } = opened.access;
  const expires = Math.floor(deps.clock.now().getTime() / 1000) + FETCH_SECONDS;
  return ({ xorbs }, hash, ranges) => {
    const pack = xorbs.get(hash)?.pack;
    if (pack === undefined) throw new Error(`the xorb ${hash} is in a reconstruction and was not looked up`);
    const bytes = ranges.map((range) => range.bytes);
    return `${baseUrl}${signFetch(deps.keys, { repoId, file, pack, ranges: bytes, tokenId, expires })}`;
  };
}

interface Bounds {
  readonly start: number;
  readonly end: number;
}

// Chunks are counted without the last, bytes with it.
function inclusive({ start, end }: ByteRange): Bounds {
  return { start, end: end - 1 };
}

function termsOf({ reconstruction }: Located): object {
  return {
    offset_into_first_range: reconstruction.skip,
    terms: reconstruction.terms.map(({ xorb, start, end, rawLength }) => ({
      hash: xorb,
      unpacked_length: rawLength,
      range: { start, end },
    })),
  };
}

// Each range has a link of its own: the first clients take two requests for one address for the same, whatever their
// ranges, and give the one's bytes to both.
function presentV1(located: Located, link: LinkOf): object {
  const fetches: Record<string, object[]> = {};
  for (const [xorb, ranges] of located.reconstruction.xorbs)
    fetches[xorb] = ranges.map((range) => ({
      url: link(located, xorb, [range]),
      url_range: inclusive(range.bytes),
      range: range.chunks,
    }));
  return { ...termsOf(located), fetch_info: fetches };
}

function presentV2(located: Located, link: LinkOf): object {
  const xorbs: Record<string, object[]> = {};
  for (const { xorb, url, ranges } of batchesOf(located, link)) {
    const shown = ranges.map(({ chunks, bytes }) => ({ chunks, bytes: inclusive(bytes) }));
    (xorbs[xorb] ??= []).push({ url, ranges: shown });
  }
  return { ...termsOf(located), xorbs };
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
