// `POST /api/{type}/{namespace}/{name}/commit/{revision}`: one commit, its operations in the body.
import { z } from 'zod';
import { MiB } from '@holdfast/kernel/size';
import { isFault } from '@holdfast/kernel/fault';
import { type IncomingMessage } from 'node:http';
import { type FastifyReply } from 'fastify';
import { type Actor, type Who } from '#modules/access';
import { type Repo, type RepoAddress } from '#modules/repos';
import { pullRequestsMissing, type Commits, type Committed, type Draft } from '#modules/content';
import { tokenRejected } from '#modules/tokens';
import { openLiveBody } from '../../http/live-body.ts';
import { type LiveStreams, type StreamRight } from '../../http/live-streams.ts';
import { BodyRoom } from '../../route/body-room.ts';
import { headerText } from '../../route/fault-table.ts';
import { defineRoute, type Route } from '../../route/route.ts';
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
  /** What the bodies of commits share, by whatever route they come. */
  readonly commitRoom: BodyRoom;
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
      const { request, query, actor, session, baseUrl } = call;
      const sender = { who: whoOf(call), key: session?.account.id ?? '', actor };
      const right = (repo: Repo) => callerRight(deps, call, { repo, action: 'write' });
      const check = () => {
        if (query.create_pr) throw pullRequestsMissing();
        return revisionRest(request);
      };
      const made = await receiveCommit(deps, {
        ...sender,
        ...{ request, address: addressOf(call), right, check },
      });
      return answerOf(made, call.reply, baseUrl);
    },
  });
}

/** Room for the bodies of commits. One for all routes: with one each, who uses both would have twice their share. */
export function openCommitRoom(): BodyRoom {
  const { all, each } = MOST_AT_ONCE;
  return new BodyRoom({ bytes: all * COMMIT_MEMORY, bytesPerSender: each * COMMIT_MEMORY });
}

/** Who sends a commit, and what it is for. */
export interface CommitSender {
  readonly request: IncomingMessage;
  readonly actor: Actor;
  readonly who: Who;
  /** By what the sender's share of memory is counted. */
  readonly key: string;
  readonly address: RepoAddress;
  /** The right under which the body may go on to come in. */
  readonly right: (repo: Repo) => StreamRight;
  /** Names the revision once the sender is known to be a writer; throws for what cannot be one. */
  readonly check: () => string;
}

/** Receives a body and commits it. Throws what `Commits` and `readCommit` throw, after who sends was listened to a while. */
export async function receiveCommit(
  deps: Pick<CommitDeps, 'commits' | 'streams' | 'limits' | 'commitRoom'>,
  sender: CommitSender,
): Promise<Committed> {
  const { request, actor, address } = sender;
  const patience = { ...STRANGER };
  try {
    const repo = await deps.commits.mayWrite(actor, address);
    Object.assign(patience, { bytes: deps.limits.commitBody, time: PATIENCE });
    // After the right: a writer without space is listened to, or the answer is lost with the connection (EPIPE).
    // A longer body is cut off at the limit, so that who announces more is not refused for want of space.
    const announced = Number(request.headers['content-length'] ?? 0);
    await deps.commits.requireSpace(Math.min(announced, deps.limits.commitBody));
    return await commitBody({ ...deps, patience }, sender, repo);
  } catch (error) {
    if (!request.complete && patience.time > 0) await drain(unbroken(request), patience);
    throw error;
  }
}

/** What one commit needs beside. */
interface Committing extends Pick<CommitDeps, 'commits' | 'streams' | 'limits' | 'commitRoom'> {
  /** How long the sender is listened to after a refusal. */
  readonly patience: { time: number };
}

async function commitBody(deps: Committing, sender: CommitSender, writable: Repo): Promise<Committed> {
  const { commits } = deps;
  const { request, who, address, check } = sender;
  await using draft = commits.openDraft(sender.actor);
  const revision = check();
  const header = await receive(deps, sender, { repo: writable, draft });
  // The body is here; from now on it is the client that waits, for as long as commits before this one take.
  request.socket.setTimeout(0);
  return await commits.commit(who, address, { revision, ...header, draft });
}

/** Receives the body for as long as its sender may write. */
async function receive(
  deps: Committing,
  sender: CommitSender,
  into: { readonly repo: Repo; readonly draft: Draft },
): Promise<CommitHeader> {
  const { request, key } = sender;
  using _room = await deps.commitRoom.open(key, COMMIT_MEMORY);
  const right = sender.right(into.repo);
  using live = openLiveBody(request, { streams: deps.streams, right, ended: rightEnded });
  // Who lost the right to send is not listened to any longer.
  live.signal.addEventListener('abort', () => (deps.patience.time = 0), { once: true });
  const body = { type: request.headers['content-type'] ?? '', chunks: live.source };
  return await readCommit(body, into.draft, bodyLimits(deps.limits));
}

function answerOf(
  { repo, oid, warnings }: Committed,
  reply: FastifyReply,
  baseUrl: string,
): z.input<typeof Answer> {
  if (warnings.length > 0)
    reply.raw.setHeader('x-hf-warning', headerText(`path-twins; ${percentEncoded(warnings.join(' '))}`));
  const commitUrl = `${repoUrl(baseUrl, repo.type, repo)}/commit/${oid}`;
  return { success: true, commitOid: oid, commitUrl, hookOutput: '' };
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
