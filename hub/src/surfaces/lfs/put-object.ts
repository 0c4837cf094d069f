// `PUT /lfs/uploads/{repo}/{digest}`: the whole of an object, under a signed link
import { z } from 'zod';
import { type Uploads } from '#modules/blobs';
import { hearingFull } from '../route/drain.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { PATIENCE, receiveBody, type ReceiveDeps } from './body.ts';
import { openLink } from './links.ts';

/** Takes an object. */
export function putObject(deps: ReceiveDeps & { readonly uploads: Uploads }): Route {
  return defineRoute({
    operation: 'lfsPutObject',
    summary: 'Upload a large file to the link that the batch gave',
    method: 'PUT',
    path: '/lfs/uploads/{repo}/{digest}',
    access: 'link',
    allowance: 'none',
    params: z.object({ repo: z.string(), digest: z.string() }),
    query: z.record(z.string(), z.unknown()),
    bodyKind: 'stream',
    body: z.unknown(),
    output: z.object({}),
    async run({ params, query, request, address }) {
      const claim = { act: 'store', repoId: params.repo, sha256: params.digest, query } as const;
      const opened = await openLink(deps, claim, { request, address });
      using body = receiveBody(deps, opened, { request, size: opened.link.size });
      const sender = { actor: opened.actor, address };
      await hearingFull(request, PATIENCE, () => deps.uploads.receive(opened.link, sender, body));
      return {};
    },
  });
}
