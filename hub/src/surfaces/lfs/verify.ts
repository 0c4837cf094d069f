// `POST /lfs/uploads/{repo}/{digest}/verify`: whether an upload arrived, under a signed link
import { z } from 'zod';
import { type Uploads } from '#modules/blobs';
import { defineRoute, type Route } from '../route/route.ts';
import { openLink, type LinkDeps } from './links.ts';

/** Answers whether the repository holds the object. */
export function verifyUpload(deps: LinkDeps & { readonly uploads: Uploads }): Route {
  return defineRoute({
    operation: 'lfsVerify',
    summary: 'Check that a large file has arrived',
    method: 'POST',
    path: '/lfs/uploads/{repo}/{digest}/verify',
    access: 'link',
    allowance: 'none',
    params: z.object({ repo: z.string(), digest: z.string() }),
    query: z.record(z.string(), z.unknown()),
    bodyKind: 'json',
    body: z.object({ oid: z.string(), size: z.number() }),
    output: z.object({ oid: z.string(), size: z.number() }),
    async run({ params, query, body, request, address }) {
      const claim = { act: 'verify', repoId: params.repo, sha256: params.digest, query } as const;
      const { link } = await openLink(deps, claim, { request, address });
      await deps.uploads.verify(link, { sha256: body.oid, size: body.size });
      return { oid: link.sha256, size: link.size };
    },
  });
}
