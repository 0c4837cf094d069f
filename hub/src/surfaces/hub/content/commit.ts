// `POST /api/{type}/{namespace}/{name}/commit/{revision}`: one commit, its operations in the body.
import { z } from 'zod';
import { MiB } from '@holdfast/kernel/size';
import { type RepoName } from '#modules/repos';
import { pullRequestsMissing, type Commits } from '#modules/content';
import { headerText } from '../../route/fault-table.ts';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { Flag } from '../query.ts';
import { addressOf, repoUrl, RepoParams } from '../repos/names.ts';
import { readCommit } from './commit-body.ts';
import { drain, Slots, type LineLimits } from './lines.ts';
import { revisionRest } from './rest.ts';

/** What the route needs. Sizes are bytes. */
export interface CommitDeps {
  readonly commits: Commits;
  readonly limits: { readonly commitBody: number; readonly commitLine: number; readonly regularFile: number };
}

/** Long lines held at once: at up to three times a regular file each, they stay below 100 MiB. */
const LONG_LINES = 3;
/** What a client may still send after it was refused. */
const DRAIN = { bytes: 64 * MiB, time: 5000 };

const Answer = z.object({
  success: z.boolean(),
  commitOid: z.string(),
  commitUrl: z.string(),
  hookOutput: z.string(),
});

/** Makes a commit. */
export function createCommit(deps: CommitDeps): Route {
  const slots = new Slots(LONG_LINES);
  return defineRoute({
    operation: 'createCommit',
    summary: 'Commit to a branch',
    method: 'POST',
    path: '/api/{type}/{namespace}/{name}/commit/*',
    access: 'anyone',
    allowance: 'api',
    params: RepoParams.extend({ '*': z.string() }),
    query: z.object({ create_pr: Flag, hot_reload: Flag }),
    bodyKind: 'stream',
    body: z.unknown(),
    output: Answer,
    async run(call) {
      try {
        return await commitCall(deps, call, slots);
      } catch (error) {
        if (!call.request.complete) await drain(call.request, DRAIN);
        throw error;
      }
    },
  });
}

async function commitCall(
  { commits, limits }: CommitDeps,
  call: Call<RepoName, { create_pr: boolean }, unknown>,
  slots: Slots,
): Promise<z.input<typeof Answer>> {
  const { actor, request, reply, query, baseUrl } = call;
  await using draft = commits.openDraft();
  await commits.mayWrite(actor, addressOf(call));
  if (query.create_pr) throw pullRequestsMissing();
  const revision = revisionRest(request);
  const header = await readCommit(request, draft, lineLimits(limits, slots));
  const wish = { revision, ...header, draft };
  const { repo, oid, warnings } = await commits.commit(actor, addressOf(call), wish);
  if (warnings.length > 0)
    reply.raw.setHeader('x-hf-warning', headerText(`path-twins; ${warnings.join(' ')}`));
  const commitUrl = `${repoUrl(baseUrl, repo.type, repo)}/commit/${oid}`;
  return { success: true, commitOid: oid, commitUrl, hookOutput: '' };
}

// Base64 takes four thirds of a file, text with escapes more; beyond three times a file no line can be valid.
function lineLimits(limits: CommitDeps['limits'], slots: Slots): LineLimits {
  return {
    line: Math.min(limits.commitLine, 3 * limits.regularFile + MiB),
    body: limits.commitBody,
    slots,
  };
}
