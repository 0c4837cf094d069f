// `GET /xet/{scope}/{generation}/v1/reconstructions?file_id=…&file_id=…`: the pieces of several whole files at once. All
// of them must be files of the token's repository; one that is not is refused as if nobody had it.
import { z } from 'zod';
import { type Blob } from '#modules/blobs';
import { asXet } from '#modules/xet';
import { defineRoute, type Route } from '../route/route.ts';
import { openAccess, viewerOf } from './access.ts';
import { addFetches, linksOf, presentTerms, type Fetches } from './links.ts';
import { below, ScopeParams } from './paths.ts';
import { type ReconstructionDeps } from './reconstructions.ts';
import { recordRead } from './record-read.ts';

/** More do not fit into an address that every proxy takes. */
const MOST_FILES = 100;

const Hash = z.string().max(64);
const Query = z.object({ file_id: z.union([Hash, z.array(Hash).max(MOST_FILES)]) });

const [PATH = '', ...ALIASES] = below('/v1/reconstructions', '/reconstructions');

/** The route. */
export function batchReconstructionRoute(deps: ReconstructionDeps): Route {
  return defineRoute({
    operation: 'getReconstructions',
    summary: 'Ask which chunks give each of several files, and for links to them',
    method: 'GET',
    path: PATH,
    aliases: ALIASES,
    access: 'xet',
    allowance: 'none',
    params: ScopeParams,
    query: Query,
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      const opened = await openAccess(deps, call, 'read');
      const blobs: Blob[] = [];
      for (const hash of new Set([call.query.file_id].flat()))
        blobs.push(await deps.blobs.getSeenByXet(viewerOf(deps, opened), hash));
      const all = await deps.xetFiles.locateWhole(blobs);
      const terms: Record<string, object[]> = {};
      const fetches: Fetches = {};
      for (const [index, blob] of blobs.entries()) {
        const located = all[index];
        if (located === undefined) continue;
        await recordRead(deps.reads, opened, { blob, address: call.address });
        const file = asXet(blob);
        terms[file.xet.hash] = presentTerms(located);
        addFetches(fetches, located, linksOf(deps, { opened, file: file.xet.hash }, call.baseUrl));
      }
      const body = JSON.stringify({ files: terms, fetch_info: fetches });
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
      call.reply.raw.writeHead(200, { ...headers, 'Cache-Control': 'no-store' }).end(body);
    },
  });
}
