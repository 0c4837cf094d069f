// `PUT /lfs/uploads/{repo}/{digest}/parts/{upload}/{part}`: one part of an object, under a signed link
import { z } from 'zod';
import { type Uploads } from '#modules/blobs';
import { hearingFull } from '../route/drain.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { PATIENCE, receiveBody, type ReceiveDeps } from './body.ts';
import { openLink } from './links.ts';

/** Takes a part; its entity tag is what the sender names when it completes the upload. */
export function putPart(deps: ReceiveDeps & { readonly uploads: Uploads }): Route {
  return defineRoute({
    operation: 'lfsPutPart',
    summary: 'Upload one part of a large file to the link that the batch gave',
    method: 'PUT',
    path: '/lfs/uploads/{repo}/{digest}/parts/{upload}/{part}',
    access: 'link',
    allowance: 'none',
    params: z.object({ repo: z.string(), digest: z.string(), upload: z.string(), part: z.string() }),
    query: z.record(z.string(), z.unknown()),
    bodyKind: 'stream',
    body: z.unknown(),
    output: z.object({}),
    async run({ params, query, request, reply, address }) {
      const { repo: repoId, digest: sha256, upload, part } = params;
      const claim = { act: 'store-part', repoId, sha256, upload, part, query } as const;
      const opened = await openLink(deps, claim, { request, address });
      const size = await deps.uploads.partLength(opened.link);
      using body = receiveBody(deps, opened, { request, size });
      const etag = await hearingFull(request, PATIENCE, () => deps.uploads.receivePart(opened.link, body));
      reply.raw.setHeader('etag', `"${etag}"`);
      return {};
    },
  });
}
