// The logs of a Space on its pages: the last lines as the page comes, and a stream of events for a browser in which somebody is
// signed in, who has the page go on by itself.
// Invariant: what is sent is text that commands no terminal; the stream ends with the right to it.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Actor } from '#modules/access';
import { type Reads } from '#modules/ledger';
import { repoMissing, type Repo, type RepoName, type Repos } from '#modules/repos';
import { type Sessions, type Visit } from '#modules/sessions';
import { type LogKind, type Spaces } from '#modules/spaces';
import { openEventStream, type EventStream } from '../http/event-stream.ts';
import { type LiveStreams, type StreamRight } from '../http/live-streams.ts';
import { RepoParams } from '../hub/repos/names.ts';
import { readOn, recordLogRead, type AskedLog, type SaidLine } from '../hub/spaces/follow-log.ts';
import { Followers } from '../hub/spaces/followers.ts';
import { signInNeeded } from '../route/faults.ts';
import { defineRoute, type Call, type Route } from '../route/route.ts';
import { findCookie } from './cookies.ts';
import { plainLine } from './plain-line.ts';

/** What showing logs needs. */
export interface SpaceLogDeps {
  readonly clock: Clock;
  readonly repos: Repos;
  readonly reads: Reads;
  readonly spaces: Spaces;
  readonly sessions: Sessions;
  readonly streams: LiveStreams;
}

/** The last lines of a log, for who may write to the Space. Throws what `Repos.get` throws. */
export async function readLog(
  deps: Pick<SpaceLogDeps, 'repos' | 'reads' | 'spaces'>,
  visitor: { readonly actor: Actor; readonly address: string },
  wish: RepoName & { readonly kind: LogKind; readonly tail: number },
): Promise<SaidLine[]> {
  const repo = await deps.repos.get(visitor.actor, { type: 'space', ...wish }, 'write');
  await recordLogRead(deps.reads, visitor, { repo, kind: wish.kind });
  return readOn(deps.spaces, { ...wish, repo }, undefined).lines.map(shown);
}

function shown({ at, text }: SaidLine): SaidLine {
  return { at, text: plainLine(text) };
}

const Params = RepoParams.extend({ kind: z.enum(['build', 'run']) });
type LogCall = Call<z.output<typeof Params>, unknown, unknown>;

/** How many lines a page has at first. */
const SHOWN_LINES = 500;

/** Lets a page follow a log, and how the Space is. */
export function spaceLogRoute(deps: SpaceLogDeps): Route {
  const followers = new Followers();
  return defineRoute({
    operation: 'followSpaceLog',
    summary: 'A log of a Space and how the Space is, as events for a page',
    method: 'GET',
    path: '/spaces/{namespace}/{name}/logs/{kind}',
    access: 'page',
    allowance: 'api',
    params: Params,
    query: z.unknown(),
    bodyKind: 'none',
    body: z.unknown(),
    output: 'stream',
    async run(call) {
      const visit = await requireReader(deps, call);
      const repo = await deps.repos.get(visit.actor, { type: 'space', ...call.params }, 'write');
      const { kind } = call.params;
      await recordLogRead(deps.reads, { actor: visit.actor, address: call.address }, { repo, kind });
      using _place = followers.enter(repo.id, visit.actor);
      using stream = openEventStream(call.reply.raw, { ...deps, right: rightOf(deps, visit, repo) });
      await follow(deps, { repo, kind, tail: SHOWN_LINES }, { stream, actor: visit.actor });
    },
  });
}

/** Who is signed in, and asks from a page of ours: another page must not hold a place among those who follow. */
async function requireReader(deps: SpaceLogDeps, { request, baseUrl }: LogCall): Promise<Visit> {
  const site = request.headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin' || site === 'none';
  const value = isOwn ? findCookie('session', request.headers.cookie, baseUrl) : undefined;
  const visit = value === undefined ? undefined : await deps.sessions.find(value);
  if (visit === undefined) throw signInNeeded();
  return visit;
}

/** How often a Space is looked at of which nobody tells. */
const ASK_AGAIN_MS = 5_000;
/** Lines come together. */
const GATHER_MS = 100;

async function follow(
  { spaces }: SpaceLogDeps,
  asked: AskedLog,
  { stream, actor }: { readonly stream: EventStream; readonly actor: Actor },
): Promise<void> {
  const { repo, kind } = asked;
  let from: number | undefined;
  let told = '';
  while (!stream.signal.aborted) {
    const round = new AbortController();
    const until = AbortSignal.any([stream.signal, round.signal, AbortSignal.timeout(ASK_AGAIN_MS)]);
    // Asked first: what changes while the rest is sent is found in the next round.
    const changed = spaces.changed(repo.id, until);
    const more = spaces.logOf(repo.id, kind)?.waitForMore(until) ?? changed;
    const stage = await stageOf(spaces, actor, repo);
    if (stage === undefined) return;
    if (stage !== told) await stream.send({ stage }, 'stage');
    told = stage;
    const { lines, next } = readOn(spaces, asked, from);
    for (const { at, text } of lines.map(shown)) await stream.send({ text, at: at?.toISOString() });
    from = next;
    await Promise.race([changed, more]);
    round.abort();
    await delay(GATHER_MS);
  }
}

/**
 * How the Space is, whose name may lead to another one by now, or was given up. Nothing once it was deleted, of which nobody can
 * be told any more by a status.
 */
async function stageOf(spaces: Spaces, actor: Actor, { id }: Repo): Promise<string | undefined> {
  try {
    return (await spaces.runtimeById(actor, id)).stage;
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

function rightOf(deps: SpaceLogDeps, { session }: Visit, { id }: Repo): StreamRight {
  return {
    key: `space-log/${session.id}/${id}`,
    expiresAt: session.expiresAt,
    endsSilently: true,
    check: async () => {
      const now = await deps.sessions.findById(session.id);
      if (now === undefined) throw repoMissing();
      await deps.repos.getKnown(now.actor, id, 'write');
    },
  };
}
