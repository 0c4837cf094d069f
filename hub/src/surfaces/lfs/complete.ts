// `POST /lfs/uploads/{repo}/{digest}/complete/{upload}`: makes an object of its parts, under a signed link
import { z } from 'zod';
import { type Uploads } from '#modules/blobs';
import { defineRoute, type Route } from '../route/route.ts';
import { openLink, type LinkDeps } from './links.ts';

const Part = z.object({
  partNumber: z.int().positive(),
  // As the PUT answered it, with or without its quotes.
  etag: z
    .string()
    .max(100)
    .transform((etag) => etag.replaceAll('"', '')),
});

/** Completes an upload in parts. */
export function completeUpload(deps: LinkDeps & { readonly uploads: Uploads }): Route {
  return defineRoute({
    operation: 'lfsComplete',
    summary: 'Complete the upload of a large file in parts',
    method: 'POST',
    path: '/lfs/uploads/{repo}/{digest}/complete/{upload}',
    access: 'link',
    allowance: 'none',
    params: z.object({ repo: z.string(), digest: z.string(), upload: z.string() }),
    query: z.record(z.string(), z.unknown()),
    bodyKind: 'json',
    body: z.object({ oid: z.string(), parts: z.array(Part).max(10_000) }),
    output: z.object({ oid: z.string(), size: z.number() }),
    async run({ params, query, body, request, address, signal }) {
      const { repo: repoId, digest: sha256, upload } = params;
      const claim = { act: 'complete', repoId, sha256, upload, query } as const;
      const { link, actor } = await openLink(deps, claim, { request, address });
      // Hashing a large object takes longer than a connection may be silent.
      request.setTimeout(0);
      const parts = body.parts.map(({ partNumber, etag }) => ({ number: partNumber, etag }));
      await deps.uploads.complete(link, { actor, address }, { sha256: body.oid, parts, signal });
      return { oid: link.sha256, size: link.size };
    },
  });
}
