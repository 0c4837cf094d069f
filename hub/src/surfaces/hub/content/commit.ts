// `POST /api/{type}/{namespace}/{name}/commit/{revision}`: one commit, its operations in the body.
import { z } from 'zod';
import { MiB } from '@holdfast/kernel/size';
import { isFault } from '@holdfast/kernel/fault';
import { type Repo, type RepoName } from '#modules/repos';
import { pullRequestsMissing, type Commits, type Draft } from '#modules/content';
import { tokenRejected } from '#modules/tokens';
import { openLiveBody } from '../../http/live-body.ts';
import { type LiveStreams } from '../../http/live-streams.ts';
import { BodyRoom } from '../../route/body-room.ts';
import { headerText } from '../../route/fault-table.ts';
import { defineRoute, type Call, type Route } from '../../route/route.ts';
import { callerRight, type RightDeps } from '../caller-right.ts';
import { Flag } from '../query.ts';
import { addressOf, repoUrl, RepoParams } from '../repos/names.ts';
import { readCommit, COMMIT_MEMORY, type CommitBodyLimits, type CommitHeader } from './commit-body.ts';
import { drain, unbroken } from '../../route/drain.ts';
import { revisionRest } from './rest.ts';
import { whoOf } from '../who.ts';

/** What the route needs. */
export interface CommitDeps extends RightDeps {
  readonly commits: Commits;
  readonly streams: LiveStreams;
  /** Bytes. */
  readonly limits: {
    readonly commitBody: number;
    readonly commitLine: number;
    readonly jsonBody: number;
  };
}

/** Bodies of commits that are received at once, by everybody and by one user; others wait unread. */
const MOST_AT_ONCE = { all: 48, each: 8 };

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
  const { all, each } = MOST_AT_ONCE;
  const room = new BodyRoom({ bytes: all * COMMIT_MEMORY, bytesPerSender: each * COMMIT_MEMORY });
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
      const patience = { ...STRANGER };
      try {
        const repo = await deps.commits.mayWrite(call.actor, addressOf(call));
        Object.assign(patience, { bytes: deps.limits.commitBody, time: PATIENCE });
        // After the right: a writer without space is listened to, or the answer is lost with the connection (EPIPE).
        await deps.commits.requireSpace();
        return await commitCall({ ...deps, room, patience }, call, repo);
      } catch (error) {
        if (!call.request.complete && patience.time > 0) await drain(unbroken(call.request), patience);
        throw error;
      }
    },
  });
}

type CommitCall = Call<RepoName, { create_pr: boolean }, unknown>;

/** What one commit needs beside. */
interface Committing extends CommitDeps {
  readonly room: BodyRoom;
  /** How long the sender is listened to after a refusal. */
  readonly patience: { time: number };
}

async function commitCall(
  deps: Committing,
  call: CommitCall,
  writable: Repo,
): Promise<z.input<typeof Answer>> {
  const { commits } = deps;
  const { request, reply, query, baseUrl } = call;
  await using draft = commits.openDraft();
  if (query.create_pr) throw pullRequestsMissing();
  const revision = revisionRest(request);
  const header = await receive(deps, call, { repo: writable, draft });
  // The body is here; from now on it is the client that waits, for as long as commits before this one take.
  request.socket.setTimeout(0);
  const wish = { revision, ...header, draft };
  const { repo, oid, warnings } = await commits.commit(whoOf(call), addressOf(call), wish);
  if (warnings.length > 0)
    reply.raw.setHeader('x-hf-warning', headerText(`path-twins; ${percentEncoded(warnings.join(' '))}`));
  const commitUrl = `${repoUrl(baseUrl, repo.type, repo)}/commit/${oid}`;
  return { success: true, commitOid: oid, commitUrl, hookOutput: '' };
}

/** Receives the body for as long as its sender may write. */
async function receive(
  deps: Committing,
  call: CommitCall,
  into: { readonly repo: Repo; readonly draft: Draft },
): Promise<CommitHeader> {
  const { request } = call;
  const right = callerRight(deps, call, { repo: into.repo, action: 'write' });
  using _room = await deps.room.open(call.session?.account.id ?? '', COMMIT_MEMORY);
  using live = openLiveBody(request, { streams: deps.streams, right, ended: rightEnded });
  // Who lost the right to send is not listened to any longer.
  live.signal.addEventListener('abort', () => (deps.patience.time = 0), { once: true });
  const body = { type: request.headers['content-type'] ?? '', chunks: live.source };
  return await readCommit(body, into.draft, bodyLimits(deps.limits));
}

// Two spellings of one letter would both become the same question mark.
function percentEncoded(text: string): string {
  return text.toWellFormed().replaceAll(/[^\x20-\x7e]+/g, encodeURIComponent);
}

function rightEnded(reason: unknown): Error {
  return isFault(reason) ? reason : tokenRejected();
}

function bodyLimits(limits: CommitDeps['limits']): CommitBodyLimits {
  return {
    line: limits.commitLine,
    body: limits.commitBody,
    object: limits.jsonBody,
  };
}
