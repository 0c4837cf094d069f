// `GET /xet/fetch/{repo}/{pack}`: parts of a xorb, under a signed link. What the link does not name is not sent, and
// what is not asked for in a range is not either.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { type ByteRange, type ObjectStore } from '@holdfast/platform/objects/store';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Blobs } from '#modules/blobs';
import { fetchEnded, fetchInvalid, verifyFetch, type Files, type FetchLink } from '#modules/xet';
import { type AnswerPlan } from '../http/answer-plan.ts';
import { contentRange, frameByteRanges } from '../http/byte-range.ts';
import { CORS_HEADERS } from '../http/file-headers.ts';
import { type LiveStreams } from '../http/live-streams.ts';
import { runOf, withinRun } from '../http/run-of.ts';
import { sendPlan } from '../http/send-file.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { ownerOf, repoOf, viewerOf, type AccessDeps } from './access.ts';
import { readRanges } from './fetch-ranges.ts';

/** What the route needs. */
export interface FetchDeps extends AccessDeps {
  readonly store: ObjectStore;
  readonly streams: LiveStreams;
  readonly buffers: BufferPool;
  readonly blobs: Blobs;
  readonly xetFiles: Files;
}

type OpenPack = Awaited<ReturnType<ObjectStore['packs']['open']>>;

/** Sends parts of a xorb. */
export function fetchRoute(deps: FetchDeps): Route {
  return defineRoute({
    operation: 'fetchXorb',
    summary: 'Download parts of a xorb from the link that a reconstruction gave',
    method: 'GET',
    path: '/xet/fetch/{repo}/{pack}',
    access: 'link',
    allowance: 'none',
    params: z.object({ repo: z.string(), pack: z.string() }),
    query: z.record(z.string(), z.unknown()),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    ownHead: true,
    async run({ params, query, request, reply, address }) {
      const run = await runOf(deps, request, fetchInvalid);
      const link = verifyFetch(deps.keys, { ...params, query }, { now: deps.clock.now(), run });
      const right = async () => await rightOf(deps, link);
      const { session } = await right();
      if (session !== undefined) deps.authentication.requireAddress(session, address);
      const ranges = readRanges(request.headers.range, link.ranges);
      if (ranges === undefined) throw fetchInvalid();
      const { tokenId, repoId } = link;
      const expiresAt = session?.token.expiresAt ?? null;
      const reading = { key: `read/${tokenId}/${repoId}`, check: right, expiresAt };
      using live = deps.streams.watch(withinRun(deps, run, { right: reading, refusal: fetchEnded }));
      const open = await openPack(deps, link.pack);
      const content = () => Promise.resolve(open);
      const plan = planFetch(open.size, ranges, String(reply.request.id));
      const options = { file: { size: open.size, content }, buffers: deps.buffers, signal: live.signal };
      await sendPlan({ request, response: reply.raw }, plan, options);
    },
  });
}

// A client whose link is refused asks for the reconstruction again, and hears there what is the matter. A file that was
// removed from the repository is not to be had by links from before.
async function rightOf(deps: FetchDeps, link: FetchLink): ReturnType<typeof ownerOf> {
  try {
    const owner = await ownerOf(deps, link.tokenId);
    const { actor } = owner;
    const repo = await repoOf(deps, link.repoId, { actor, act: 'read' });
    await deps.blobs.getSeenByXet(viewerOf(deps, { actor, repo }), link.file);
    return owner;
  } catch (error) {
    throw isFault(error) && error.kind !== 'unavailable' ? fetchEnded() : error;
  }
}

// A xorb that was mended since is another pack now, which the next reconstruction names.
async function openPack({ store, xetFiles }: FetchDeps, pack: Sha256): Promise<OpenPack> {
  try {
    return await store.packs.open(pack);
  } catch (error) {
    if (!isFault(error, 'object.missing')) throw error;
    xetFiles.forgetPack(pack);
    throw fetchEnded();
  }
}

function planFetch(size: number, ranges: readonly ByteRange[], requestId: string): AnswerPlan {
  const [only, ...others] = ranges;
  const headers = {
    ...CORS_HEADERS,
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'private, no-store',
  };
  const contentType = 'application/octet-stream';
  if (only !== undefined && others.length === 0)
    return {
      status: 206,
      headers: {
        ...headers,
        'Content-Type': contentType,
        'Content-Range': contentRange(only, size),
        'Content-Length': only.end - only.start,
      },
      pieces: [only],
    };
  // Clients look for the boundary in what may be anything, so that it must not be short.
  const frame = frameByteRanges(ranges, { size, contentType, boundary: randomBytes(24).toString('hex') });
  return {
    status: 206,
    headers: { ...headers, 'Content-Type': frame.contentType, 'Content-Length': frame.length },
    pieces: [...frame.parts.flatMap((part) => [part.head, part.range]), frame.tail],
  };
}
