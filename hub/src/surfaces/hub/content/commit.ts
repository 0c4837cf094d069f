// `POST /api/{type}/{namespace}/{name}/commit/{revision}`: one commit, its operations in the body.
import { z } from 'zod';
import { MiB } from '@holdfast/kernel/size';
import { type RepoName } from '#modules/repos';
import { pullRequestsMissing, type Commits } from '#modules/content';
import { headerText } from '../../route/fault-table.ts';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { Flag } from '../query.ts';
import { addressOf, repoUrl, RepoParams } from '../repos/names.ts';
import { readCommit, type CommitBodyLimits } from './commit-body.ts';
import { drain, unbroken } from '../../route/drain.ts';
import { revisionRest } from './rest.ts';

/** What the route needs. */
export interface CommitDeps {
  readonly commits: Commits;
  /** Bytes; the last in milliseconds. */
  readonly limits: {
    readonly commitBody: number;
    readonly commitLine: number;
    readonly jsonBody: number;
    readonly requestTimeout: number;
  };
}

/** What somebody who may not commit may still send after the refusal. */
const STRANGER = { bytes: MiB, time: 2000 };
/** How long somebody may who made a mistake. */
const PATIENCE = 10_000;

const Answer = z.object({
  success: z.boolean(),
  commitOid: z.string(),
  commitUrl: z.string(),
  hookOutput: z.string(),
});

/** Makes a commit. */
export function createCommit(deps: CommitDeps): Route {
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
      const refused = { ...STRANGER };
      try {
        await deps.commits.mayWrite(call.actor, addressOf(call));
        Object.assign(refused, { bytes: deps.limits.commitBody, time: PATIENCE });
        // After the right: a writer without space is listened to, or the answer is lost with the connection (EPIPE).
        await deps.commits.requireSpace();
        return await commitCall(deps, call);
      } catch (error) {
        if (!call.request.complete) await drain(unbroken(call.request), refused);
        throw error;
      }
    },
  });
}

async function commitCall(
  { commits, limits }: CommitDeps,
  call: Call<RepoName, { create_pr: boolean }, unknown>,
): Promise<z.input<typeof Answer>> {
  const { actor, request, reply, query, baseUrl } = call;
  await using draft = commits.openDraft();
  if (query.create_pr) throw pullRequestsMissing();
  const revision = revisionRest(request);
  const header = await readCommit(request, draft, bodyLimits(limits));
  // The body is here; from now on it is the client that waits, for as long as commits before this one take.
  request.socket.setTimeout(0);
  const wish = { revision, ...header, draft };
  const { repo, oid, warnings } = await commits.commit(actor, addressOf(call), wish);
  if (warnings.length > 0)
    reply.raw.setHeader('x-hf-warning', headerText(`path-twins; ${warnings.join(' ')}`));
  const commitUrl = `${repoUrl(baseUrl, repo.type, repo)}/commit/${oid}`;
  return { success: true, commitOid: oid, commitUrl, hookOutput: '' };
}

function bodyLimits(limits: CommitDeps['limits']): CommitBodyLimits {
  return {
    line: limits.commitLine,
    body: limits.commitBody,
    object: limits.jsonBody,
    time: limits.requestTimeout,
  };
}
