// `GET /lfs/objects/{repo}/{digest}`: the bytes of an object, under a signed link
import { z } from 'zod';
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { isRecorded, referencesOf } from '#modules/access';
import { type Blobs } from '#modules/blobs';
import { type Reads } from '#modules/ledger';
import { strongEtag } from '../http/etag.ts';
import { sendFile } from '../http/send-file.ts';
import { defineRoute, type Route } from '../route/route.ts';
import { type ReceiveDeps } from './body.ts';
import { openLink, rightOf, type OpenedLink } from './links.ts';

/** What sending objects needs beside links. */
export interface SendDeps extends ReceiveDeps {
  readonly blobs: Blobs;
  readonly reads: Reads;
  readonly buffers: BufferPool;
}

/** Sends an object. */
export function getObject(deps: SendDeps): Route {
  return defineRoute({
    operation: 'lfsGetObject',
    summary: 'Download a large file from the link that the batch gave',
    method: 'GET',
    path: '/lfs/objects/{repo}/{digest}',
    access: 'link',
    allowance: 'none',
    params: z.object({ repo: z.string(), digest: z.string() }),
    query: z.record(z.string(), z.unknown()),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    ownHead: true,
    async run({ params, query, request, reply, address }) {
      const claim = { act: 'fetch', repoId: params.repo, sha256: params.digest, query } as const;
      const opened = await openLink(deps, claim, { request, address });
      const { repo, actor, link } = opened;
      const viewer = { repoId: repo.id, mayWrite: deps.repos.mayWrite(actor, repo) };
      const blob = await deps.blobs.getSeen(viewer, link.sha256);
      const { sha256, size } = blob;
      await recordRead(deps, opened, address);
      using live = deps.streams.watch(rightOf(deps, opened));
      const headers = { 'X-Request-Id': String(reply.request.id) };
      const content = () => deps.blobs.open(blob);
      const file = { path: sha256, size, etag: strongEtag(sha256), headers, content };
      const { buffers } = deps;
      await sendFile({ request, response: reply.raw }, file, { buffers, signal: live.signal });
    },
  });
}

async function recordRead(deps: SendDeps, { repo, actor, link }: OpenedLink, address: string): Promise<void> {
  if (!isRecorded(repo)) return;
  const path = `sha256:${link.sha256}`;
  await deps.reads.recordRead({ ...referencesOf(actor), address, repoId: repo.id, revision: '', path });
}
