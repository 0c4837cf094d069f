// `GET /api/{type}/{namespace}/{name}/lfs-files`, `POST …/lfs-files/batch`, `POST …/lfs-files/duplicate`
import { z } from 'zod';
import { parseSha256 } from '@holdfast/kernel/digest';
import { isRecorded, referencesOf, REPO_TYPES } from '#modules/access';
import { type Blob, type Blobs } from '#modules/blobs';
import { type Erasure } from '#modules/content';
import { type Reads } from '#modules/ledger';
import { type Repos } from '#modules/repos';
import { defineRoute, type Route } from '../../route/route.ts';
import { nextLink, pageSize } from '../query.ts';
import { addressOf, parseRepoId, RepoParams } from '../repos/names.ts';
import { whoOf } from '../who.ts';

/** What the routes about large files need. */
export interface LfsFileDeps {
  readonly repos: Repos;
  readonly blobs: Blobs;
  readonly reads: Reads;
  readonly erasure: Erasure;
}

const LargeFile = z.object({
  fileOid: z.string(),
  oid: z.string(),
  filename: z.string(),
  size: z.number(),
  pushedAt: z.string(),
  ref: z.string().optional(),
});

const Failure = z.object({ sha256: z.string(), error: z.string() });

/** Lists, deletes and copies the large files that a repository holds. */
export function lfsFileRoutes(deps: LfsFileDeps): Route[] {
  return [listLargeFiles(deps), deleteLargeFiles(deps), duplicateLargeFiles(deps)];
}

function listLargeFiles({ repos, blobs, reads }: LfsFileDeps): Route {
  return defineRoute({
    operation: 'listLargeFiles',
    summary: 'List the large files that the repository holds, newest first',
    method: 'GET',
    path: '/api/{type}/{namespace}/{name}/lfs-files',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams,
    query: z.object({ limit: pageSize(1_000, 100), cursor: z.string().max(1024).optional() }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.array(LargeFile),
    async run(call) {
      // Objects that no commit names are listed too, so it takes who may write.
      const repo = await repos.get(call.actor, addressOf(call), 'write');
      if (isRecorded(repo)) {
        // Names and digests of what the repository holds, of no single commit.
        const all = { repoId: repo.id, revision: '', path: '' };
        await reads.recordRead({ ...referencesOf(call.actor), address: call.address, ...all });
      }
      const page = await blobs.list(repo.id, call.query.limit, call.query.cursor);
      if (page.next !== undefined)
        call.reply.raw.setHeader(
          'link',
          nextLink(call.baseUrl, call.request.url ?? '/', { cursor: page.next }),
        );
      return page.items.map(presentLargeFile);
    },
  });
}

function deleteLargeFiles({ repos, blobs, erasure }: LfsFileDeps): Route {
  return defineRoute({
    operation: 'deleteLargeFiles',
    summary: 'Delete large files for good, by default out of the whole history',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/lfs-files/batch',
    access: 'user',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({
      deletions: z.object({
        sha: z.array(z.string().max(200)).max(1_000),
        rewriteHistory: z.boolean().default(true),
      }),
    }),
    output: z.object({ deleted: z.int() }),
    async run(call) {
      const { sha, rewriteHistory } = call.body.deletions;
      const digests = sha.map(parseSha256).filter((digest) => digest !== undefined);
      if (rewriteHistory) return { deleted: await erasure.erase(whoOf(call), addressOf(call), digests) };
      const repo = await repos.get(call.actor, addressOf(call), 'administer');
      const removed = await blobs.remove(call.actor, repo.id, digests);
      return { deleted: removed.length };
    },
  });
}

function duplicateLargeFiles({ repos, blobs }: LfsFileDeps): Route {
  return defineRoute({
    operation: 'duplicateLargeFiles',
    summary: 'Give another repository large files of this one',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/lfs-files/duplicate',
    access: 'user',
    allowance: 'api',
    params: RepoParams,
    query: z.unknown(),
    bodyKind: 'json',
    body: z.object({
      target: z.object({ type: z.enum(REPO_TYPES), name: z.string().max(200) }),
      files: z.array(z.object({ sha256: z.string().max(200) })).max(500),
    }),
    output: z.object({ success: z.boolean(), failed: z.array(Failure) }),
    async run(call) {
      const { target, files } = call.body;
      const source = await repos.get(call.actor, addressOf(call), 'read');
      const own = call.session.account.name;
      const to = await repos.get(
        call.actor,
        { type: target.type, ...parseRepoId(target.name, own) },
        'write',
      );
      const between = { from: source.id, to: to.id, readIsRecorded: isRecorded(source) };
      const failed = await blobs.copyBetween(call.actor, between, [
        ...new Set(files.map((file) => file.sha256)),
      ]);
      if (failed.length > 0) call.reply.raw.statusCode = 207;
      return { success: failed.length === 0, failed };
    },
  });
}

function presentLargeFile(blob: Blob): z.input<typeof LargeFile> {
  return {
    fileOid: blob.sha256,
    oid: blob.sha256,
    filename: blob.path ?? '',
    size: blob.size,
    pushedAt: blob.pushedAt.toISOString(),
    ...(blob.ref !== null && { ref: blob.ref }),
  };
}
