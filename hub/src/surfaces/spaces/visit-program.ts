// Lets a visitor to the program of a Space: passes the request on to the run that serves, and has who comes while there is none
// wait: a browser on a page that asks again, a program on its request.
// Invariants: a visitor is passed on for as long as they may be there, and no longer; what the program gets says who asked
// for which host, whatever the visitor said of it.
import { type Clock } from '@holdfast/kernel/clock';
import { isUpgrade, type Passages, type Passage } from '@holdfast/platform/pass-on';
import { SharedRoom } from '@holdfast/platform/shared-room';
import { isRecorded, referencesOf } from '#modules/access';
import { type Reads } from '#modules/ledger';
import { fullName, repoMissing, requireRight } from '#modules/repos';
import { type Reached, type ServedSpace, type Serving, type Spaces } from '#modules/spaces';
import { type LiveStreams, type StreamRight } from '../http/live-streams.ts';
import { type Call } from '../route/route.ts';
import { isOurCookie } from '../web/cookies.ts';
import { framePolicy, noticeFramers } from './frames.ts';
import { answerNotice, type Notice } from './notice.ts';
import { doesNotRun, SAY, type Said } from './words.ts';

/** What passing on needs. */
export interface ProgramDeps {
  readonly spaces: Spaces;
  readonly reads: Reads;
  readonly streams: LiveStreams;
  readonly clock: Clock;
  readonly passages: Passages;
  /** The folder of the sockets of runs; `null` where there are none. */
  readonly visitFolder: string | null;
  /** Where the hub itself is, without a slash at the end. */
  readonly hubUrl: () => string;
}

type SpaceCall = Call<unknown, unknown, unknown>;

/** How long a program's request waits for a run, in milliseconds; a longer one is asked again. */
const PATIENCE_MS = 5 * 60_000;
/** Who is answered sooner need not be watched: they cannot lose a right that they have just shown and be served for long. */
const WATCHED_AFTER_MS = 200;
const PAGE_AGAIN = 2;
/** Requests that wait for a run. A Space that never begins keeps the visitors of no other out. */
const MOST_WAITING = { all: 1_000, ofOne: 100 };
const TRIES = 5;
const TRY_AGAIN_MS = 100;

/** Lets visitors to programs. */
export class ProgramVisits {
  readonly #deps: ProgramDeps;
  readonly #waiting = new SharedRoom(MOST_WAITING);

  constructor(deps: ProgramDeps) {
    this.#deps = deps;
  }

  /** Answers a request for the program of a Space that the visitor may open. */
  async answer(call: SpaceCall, served: ServedSpace): Promise<void> {
    await this.#recordVisit(call, served);
    const deadline = this.#deps.clock.now().getTime() + PATIENCE_MS;
    for (let tries = TRIES; tries > 0; tries -= 1) {
      const serving = await this.#awaitRun(call, served, deadline);
      if (serving === undefined) return;
      const passage = await this.#passOn(call, served, serving);
      if (passage === 'done') return;
      if (passage === 'broken') {
        this.#tell(call, { ...noticeOf(served, SAY.broken), status: 502 });
        return;
      }
      // It ended just now, or is about to be replaced; nobody has read anything of the request.
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
      // Its runner may take a while to say so: who can wait does.
      if (tries > 1 || !this.#mayWait(call, served, deadline)) continue;
      await this.#wait(call, served, deadline - this.#deps.clock.now().getTime());
      if (call.signal.aborted) return;
      tries += 1;
    }
    this.#tell(call, { ...noticeOf(served, SAY.gone), again: PAGE_AGAIN });
  }

  #tell(call: SpaceCall, notice: Notice): void {
    answerNotice(call, notice, noticeFramers(call.actor, this.#deps.hubUrl()));
  }

  /** A browser asks again by itself; and that who wants another protocol has hung up would not be noticed. */
  #mayWait(call: SpaceCall, { repo }: ServedSpace, deadline: number): boolean {
    if (asksForPage(call) || isUpgrade(call.request)) return false;
    return this.#waiting.hasRoom(repo.id) && this.#deps.clock.now().getTime() < deadline;
  }

  /** The run that serves; `undefined` where the visitor was told why there is none. */
  async #awaitRun(call: SpaceCall, served: ServedSpace, deadline: number): Promise<Serving | undefined> {
    const { spaces, clock } = this.#deps;
    const reached = await spaces.reach(served.repo.id, call.actor);
    if (reached.kind === 'serving') return reached.serving;
    const notice = this.#refusalOf(call, served, reached);
    if (notice !== undefined) {
      this.#tell(call, notice);
      return undefined;
    }
    if (!this.#mayWait(call, served, deadline)) {
      this.#tell(call, {
        ...noticeOf(served, reached.kind === 'asleep' ? SAY.waking : SAY.starting),
        again: PAGE_AGAIN,
      });
      return undefined;
    }
    await this.#wait(call, served, deadline - clock.now().getTime());
    return call.signal.aborted ? undefined : await this.#awaitRun(call, served, deadline);
  }

  /** Waits for the next change, but not for long: who waits may lose their right meanwhile. */
  async #wait(call: SpaceCall, { repo, label }: ServedSpace, patience: number): Promise<void> {
    const { socket } = call.request;
    const before = socket.timeout ?? 0;
    socket.setTimeout(patience + 10_000);
    using _waits = this.#waiting.enter(repo.id);
    try {
      await this.#deps.spaces.changed(
        repo.id,
        AbortSignal.any([call.signal, AbortSignal.timeout(ASK_AGAIN_MS)]),
      );
      const now = await this.#deps.spaces.open((await call.callerNow()).actor, label);
      if (now.repo.id !== repo.id || now.paused) throw repoMissing();
    } finally {
      socket.setTimeout(before);
    }
  }

  #refusalOf({ actor }: SpaceCall, served: ServedSpace, reached: Reached): Notice | undefined {
    if (reached.kind === 'elsewhere') return noticeOf(served, SAY.elsewhere);
    if (reached.kind !== 'failed') return undefined;
    const { stage, message } = reached;
    const log = `${this.#deps.hubUrl()}/api/spaces/${fullName(served.repo)}/logs/${stage === 'BUILD_ERROR' ? 'build' : 'run'}`;
    return noticeOf(served, doesNotRun(stage, message, mayWrite(actor, served) ? log : undefined));
  }

  async #passOn(call: SpaceCall, served: ServedSpace, { run }: Serving): Promise<Passage> {
    const { streams, passages, spaces, visitFolder, hubUrl } = this.#deps;
    const { request, reply, baseUrl, address, actor } = call;
    // First of all: the run waits for nobody whom it is not told of.
    using _visitor = spaces.enter(served.repo.id, run);
    const policy = framePolicy(actor, hubUrl());
    const ended = new AbortController();
    const watching: { stop?: () => void } = {};
    const timer = setTimeout(() => {
      const live = streams.watch(rightOf(spaces, call, served));
      live.signal.addEventListener('abort', () => ended.abort(), { once: true });
      watching.stop = () => live[Symbol.dispose]();
    }, WATCHED_AFTER_MS);
    ended.signal.addEventListener('abort', () => request.socket.destroy(), { once: true });
    try {
      return await passages.pass({
        ...{ socket: `${visitFolder ?? ''}/${run}.sock`, request, response: reply.raw, signal: ended.signal },
        headers: {
          'x-forwarded-host': request.headers.host ?? '',
          'x-forwarded-proto': new URL(baseUrl).protocol.slice(0, -1),
          'x-forwarded-for': address,
        },
        answerHeaders: { ...served.configuration?.headers, 'x-request-id': String(reply.request.id) },
        // Beside the program's own: each policy counts.
        ...(policy !== undefined && { added: { 'content-security-policy': policy } }),
        takes: (name, value) => name !== 'set-cookie' || !isOurCookie(value, baseUrl),
      });
    } finally {
      clearTimeout(timer);
      watching.stop?.();
    }
  }

  async #recordVisit({ actor, address }: SpaceCall, { repo, configuration }: ServedSpace): Promise<void> {
    if (!isRecorded(repo)) return;
    const what = { repoId: repo.id, revision: repo.head ?? '', path: configuration?.appFile ?? '' };
    await this.#deps.reads.recordRead({ ...referencesOf(actor), address, ...what });
  }
}

const ASK_AGAIN_MS = 1_000;

function noticeOf({ repo }: ServedSpace, text: Said): Notice {
  return { status: 503, title: fullName(repo), text };
}

function asksForPage({ request }: SpaceCall): boolean {
  return request.method === 'GET' && request.headers.accept?.includes('text/html') === true;
}

function mayWrite(actor: SpaceCall['actor'], { repo }: ServedSpace): boolean {
  try {
    requireRight(actor, 'write', repo);
    return true;
  } catch {
    return false;
  }
}

function rightOf(spaces: Spaces, call: SpaceCall, { label, repo }: ServedSpace): StreamRight {
  const { actor, credential } = referencesOf(call.actor);
  return {
    key: `program/${actor}/${credential}/${repo.id}`,
    expiresAt: call.session?.token.expiresAt ?? null,
    // Nobody signed in has no session that could end.
    ...(call.session === undefined && call.actor.kind === 'user' && { endsSilently: true }),
    check: async () => {
      const now = await spaces.open((await call.callerNow()).actor, label);
      // Another may be at the label by now.
      if (now.repo.id !== repo.id || now.paused) throw repoMissing();
    },
  };
}
