// How a page of ours sends files: it asks how each is to come, sends the large ones, and then the commit with all others in
// it. What the API has for tokens, for the cookie of somebody who is signed in, and for our own pages alone.
import { z } from 'zod';
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Uploads } from '#modules/blobs';
import { revisionMissing, type Preupload } from '#modules/content';
import { decodeContent } from '../hub/content/long-text.ts';
import { receiveCommit, type CommitDeps } from '../hub/content/commit.ts';
import { restOfPage } from '../hub/content/rest.ts';
import { addressOf, RepoParams } from '../hub/repos/names.ts';
import { openLiveBody } from '../http/live-body.ts';
import { PATIENCE, requireAnnounced } from '../lfs/body.ts';
import { hearingFull } from '../route/drain.ts';
import { inputInvalid, signInNeeded } from '../route/faults.ts';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { requireOwnPage } from './respond.ts';
import { getPageWriter, type WriterDeps } from './writer.ts';

/** What sending needs. */
export type SendFilesDeps = WriterDeps &
  Pick<CommitDeps, 'commits' | 'streams' | 'limits' | 'commitRoom'> & {
    readonly preupload: Preupload;
    readonly uploads: Uploads;
  };

const MOST_FILES = 1_000;
const Params = RepoParams.extend({ '*': z.string() });
const SHARED = { access: 'page', allowance: 'api', checkHead: requireOwnPage, query: z.unknown() } as const;

/** The routes by which pages send files. */
export function sendFilesRoutes(deps: SendFilesDeps): Route[] {
  return [planRoute(deps), objectRoute(deps), commitRoute(deps)];
}

function planRoute(deps: SendFilesDeps): Route {
  const File = z.object({
    path: z.string(),
    size: z.number().int().nonnegative(),
    sample: z.string().max(8_192),
  });
  const Planned = z.object({ path: z.string(), large: z.boolean(), ignored: z.boolean() });
  return defineRoute({
    ...SHARED,
    operation: 'planPageUpload',
    summary: 'How a page is to send files',
    method: 'POST',
    path: '{prefix}/{namespace}/{name}/send/plan/*',
    params: Params,
    bodyKind: 'json',
    body: z.object({ files: z.array(File).max(MOST_FILES) }),
    output: z.object({ files: z.array(Planned) }),
    async run(call) {
      const { actor } = await getPageWriter(deps, call);
      const files = call.body.files.map((file) => ({
        ...file,
        sample: decodeContent(file.sample, 'base64'),
      }));
      const wish = { revision: revisionOf(call), files };
      const planned = await deps.preupload.decide(actor, addressOf(call), wish);
      return {
        files: planned.files.map(({ path, uploadMode, shouldIgnore }) => ({
          ...{ path, large: uploadMode === 'lfs', ignored: shouldIgnore },
        })),
      };
    },
  });
}

function objectRoute(deps: SendFilesDeps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'putPageObject',
    summary: 'A large file that a page sends',
    method: 'PUT',
    path: '{prefix}/{namespace}/{name}/send/object/{digest}',
    params: RepoParams.extend({ digest: z.string() }),
    query: z.object({ size: z.coerce.number().int().nonnegative().default(0) }),
    bodyKind: 'stream',
    body: z.unknown(),
    output: z.object({ stored: z.boolean() }),
    async run(call) {
      const { request, address, params, query } = call;
      const writer = await getPageWriter(deps, call);
      const repo = await deps.repos.get(writer.actor, addressOf(call), 'write');
      const name = { sha256: digestOf(params.digest), size: query.size };
      const { plans } = await deps.uploads.plan(repo.id, [name], []);
      const [plan] = plans;
      // Asked before it is sent: what this repository has need not come again.
      if (plan?.way === 'stored' || request.headers['content-length'] === '0')
        return { stored: plan?.way === 'stored' };
      requireAnnounced({ request, size: query.size });
      const right = writer.right(repo);
      using body = openLiveBody(request, { streams: deps.streams, right, ended: signInNeeded });
      const sender = { actor: writer.actor, address };
      const destination = { repoId: repo.id, ...name };
      await hearingFull(request, PATIENCE, () => deps.uploads.receive(destination, sender, body));
      return { stored: true };
    },
  });
}

function commitRoute(deps: SendFilesDeps): Route {
  return defineRoute({
    ...SHARED,
    operation: 'commitFromPage',
    summary: 'A commit that a page sends',
    method: 'POST',
    path: '{prefix}/{namespace}/{name}/send/commit/*',
    params: Params,
    bodyKind: 'stream',
    body: z.unknown(),
    output: z.object({ commit: z.string() }),
    async run(call) {
      const { actor, who, right, visit } = await getPageWriter(deps, call);
      const sender = { actor, who, right, key: visit.account.id, request: call.request };
      const check = () => revisionOf(call);
      const made = await receiveCommit(deps, { ...sender, address: addressOf(call), check });
      return { commit: made.oid };
    },
  });
}

function digestOf(text: string): Sha256 {
  const digest = parseSha256(text);
  if (digest === undefined) throw inputInvalid('a digest has 64 lower-case hex digits.');
  return digest;
}

/** The revision behind the two words of the address. Throws `revision.missing` for what cannot be one. */
function revisionOf({
  request,
  repoType,
}: Pick<Call<unknown, unknown, unknown>, 'request' | 'repoType'>): string {
  const rest = restOfPage(request, repoType).split('/').slice(1).join('/');
  try {
    return decodeURIComponent(rest);
  } catch {
    throw revisionMissing(rest);
  }
}
