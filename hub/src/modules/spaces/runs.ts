// Has the programs of Spaces run as people want them: tells the runner of this machine what is wanted, whenever that changes
// and all of it whenever a runner comes, and keeps what it says. Nothing here waits for a runner.
// Invariant: of all hubs on a database one has a Space, and only its runner runs it.
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { LEASE_MS, LOST_MS, RENEW_MS } from '@holdfast/kernel/space-lease';
import { Gate } from '@holdfast/platform/gate';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Content } from '#modules/content';
import { Contacts } from './contacts.ts';
import { type HardwareKinds } from './decisions.ts';
import { HeldSpace } from './held-space.ts';
import { type LiveRuns } from './live-runs.ts';
import { LogRoom } from './log-ring.ts';
import { reachedOf, type Reached } from './model.ts';
import { type RunProofs } from './run-proofs.ts';
import { RunRecords } from './run-records.ts';
import { RunReader, RunWriter, type RunRow } from './run-store.ts';
import { type Ensured, type Sources } from './sources.ts';
import { type StartCause } from './start-cause.ts';
import { StartTickets } from './start-tickets.ts';
import { RunVisitors } from './run-visitors.ts';
import { isTooLarge, type FromRunner, type RunnerLink } from './wish.ts';
import { LEFT, NO_PROGRAM, NOT_READ, NOT_WRITTEN } from './run-words.ts';
import { planOf, type Wanted } from './plan.ts';

/** What running needs. */
export interface RunsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly content: Pick<Content, 'findVisited'>;
  readonly sources: Sources;
  readonly runner: RunnerLink;
  /** Has no run of a Space use a secret any more. */
  readonly stopSecrets: (space: Id) => void;
  /** Those that may use what was given out for them. */
  readonly liveRuns: LiveRuns;
  readonly runProofs: Pick<RunProofs, 'proofOf'>;
  /** What this hub is called among those of the database. */
  readonly hub: string;
  /** The host of the Space with a label. */
  readonly hostOf: (label: string) => string;
  readonly hardware: HardwareKinds;
  /** Whether the Space of this full name is paused, though the database does not have it yet. */
  readonly isPaused: (name: string) => boolean;
}

const POLL_MS = 250;
const AT_ONCE = 3; // Spaces whose files are written at the same time

/** The Spaces that this hub runs. */
export class Runs implements AsyncDisposable {
  /** Who is at which run. */
  readonly visitors: RunVisitors;
  readonly #deps: RunsDeps;
  readonly #records: RunRecords;
  readonly #contacts: Contacts;
  readonly #tickets: StartTickets;
  readonly #held = new Map<Id, HeldSpace>();
  readonly #logRoom = new LogRoom();
  /** Runs of Spaces that were let go, until they have ended. */
  readonly #left = new Map<Id, Id>();
  readonly #gate = new Gate(AT_ONCE);
  readonly #ended = new AbortController();
  /** `undefined`: no runner is there; `null`: one that can run programs. */
  #problem: string | null | undefined;
  #since: string | undefined;
  #heldAt = 0;
  #saidAll = false;
  /** Grows whenever all is to be said anew: what was begun before then says nothing more. */
  #round = 0;
  #saying: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: RunsDeps) {
    this.#deps = deps;
    this.visitors = new RunVisitors((left) => deps.runner.send({ type: 'left', ...left }));
    this.#records = new RunRecords(deps);
    this.#contacts = new Contacts(deps);
    this.#tickets = new StartTickets(deps);
  }

  /** Begins to listen to the runner. */
  start(): void {
    this.#deps.runner.onFrame((frame) => this.#hear(frame));
    this.#deps.runner.send({ type: 'hello' });
    this.#timer = setInterval(() => this.#tick(), POLL_MS);
  }

  /** Why no program runs on this machine; `undefined` where they do, or where nobody knows yet. */
  get problem(): string | undefined {
    return this.#problem ?? undefined;
  }

  /** The Space, where this hub has it. */
  find(repoId: Id): HeldSpace | undefined {
    return this.#held.get(repoId);
  }

  /** What this hub is called among those of the database. */
  get hub(): string {
    return this.#deps.hub;
  }

  /** What a visitor of a Space meets that this hub has; who comes to one that sleeps wakes it. */
  reach(repoId: Id, visitor: StartCause): Reached | undefined {
    const space = this.#held.get(repoId);
    if (space === undefined || this.#problem !== null) return undefined;
    if (space.resting) return { kind: 'failed', stage: 'NO_APP_FILE', message: NO_PROGRAM };
    const reached = reachedOf(space.generation, space.told);
    // Also where what is wanted now cannot be made ready: what ran before then goes on.
    if (reached.kind === 'serving' || !space.sleeps) return reached;
    // However many come, it is said once in a while.
    if (space.mayWake(this.#deps.clock.now().getTime(), visitor))
      this.#deps.runner.send({ type: 'wake', space: repoId });
    return { kind: 'asleep' };
  }

  /** Ends what runs of the Space that has this full name, without the database. It stays so while `isPaused` says it. */
  stopNamed(name: string): void {
    for (const space of this.#held.values()) {
      if (space.name.toLowerCase() !== name.toLowerCase()) continue;
      space.rest();
      this.#drop(space.id, false);
    }
  }

  #hear(frame: FromRunner): void {
    if (this.#ended.signal.aborted) return;
    if (frame.type === 'able' || frame.type === 'gone') {
      this.#problem = frame.type === 'gone' ? undefined : frame.problem;
      this.#deps.liveRuns.meet(frame.type === 'gone' ? [] : frame.runs);
      if (frame.type === 'gone') this.#endAll();
      // It may be another runner, which knows nothing yet.
      this.#beginAnew();
      for (const space of this.#held.values()) space.forgetSent();
      this.#look();
      return;
    }
    const space = this.#held.get(frame.space);
    if (frame.type === 'contacts') {
      // Also of a run that was let go: it reached them for this hub.
      this.#contacts.hear(frame, space !== undefined || this.#left.get(frame.run) === frame.space);
      return;
    }
    if (frame.type === 'ended') {
      this.#deps.liveRuns.end(frame.run);
      this.#contacts.end(frame.run);
      this.#noteEnd(space, frame);
      return;
    }
    if (frame.type === 'ticket-wanted') {
      void this.#tickets.answer(frame, space);
      return;
    }
    // What is said of a Space that another hub has by now counts for nothing.
    if (space === undefined) return;
    if (frame.type === 'log') space.logs[frame.kind].add(frame.lines, frame.fresh);
    else if (frame.type === 'usage') space.noteUsage(frame);
    else if (frame.type === 'status') this.#noteStatus(space, frame);
    else this.#records.note(frame);
  }

  #noteStatus(space: HeldSpace, frame: Extract<FromRunner, { type: 'status' }>): void {
    const { type: _type, space: repoId, leaving, ...said } = frame;
    const told = space.tell(said);
    this.visitors.seeOff(repoId, leaving, space.told?.serving?.run);
    if (told === undefined) return;
    this.#records.keep(repoId, told);
    void this.#trim(space);
  }

  #noteEnd(space: HeldSpace | undefined, frame: Extract<FromRunner, { type: 'ended' }>): void {
    const wasLeft = this.#left.get(frame.run) === frame.space && this.#left.delete(frame.run);
    if (space === undefined && !wasLeft) return;
    this.#records.note(frame);
    if (space === undefined) return;
    space.endRun(frame.run);
    void this.#trim(space);
  }

  /** The runner is gone, and with it all that it ran. */
  #endAll(): void {
    for (const space of this.#held.values()) {
      for (const run of space.runs) this.#left.set(run, space.id);
      const told = space.endRuns();
      if (told !== undefined) this.#records.keep(space.id, told);
    }
    for (const [run, space] of this.#left)
      this.#records.note({ type: 'ended', space, run, why: 'its runner ended' });
    this.#left.clear();
    this.#contacts.endAll();
  }

  #beginAnew(): void {
    this.#round += 1;
    this.#since = undefined;
    this.#heldAt = 0;
    this.#saidAll = false;
  }

  // Also while a look gets no answer: others do not wait for it.
  #tick(): void {
    if (this.#problem === null) this.#loseIfLate();
    this.#look();
  }

  #look(): void {
    if (this.#problem === undefined || this.#ended.signal.aborted) return;
    this.#looking ??= this.#lookOnce()
      .catch((err: unknown) => this.#deps.log.warn({ err }, NOT_READ))
      .finally(() => (this.#looking = undefined));
  }

  async #lookOnce(): Promise<void> {
    const { db, hub, clock, runner } = this.#deps;
    const round = this.#round;
    const now = clock.now().getTime();
    if (this.#problem !== null) {
      // A hub that can run them takes them.
      if (this.#heldAt === 0) await db.transaction((tx) => new RunWriter(tx).release(hub));
      if (round !== this.#round) return;
      for (const space of this.#held.values()) this.#forget(space);
      this.#heldAt = now;
      return;
    }
    // A clock that was set back says nothing of when.
    if (now < this.#heldAt || now - this.#heldAt >= RENEW_MS) {
      await db.transaction((tx) => new RunWriter(tx).hold(hub, LEASE_MS / 1_000));
      if (round !== this.#round) return;
      this.#heldAt = now;
      // From before it was asked for, however late the answer came.
      runner.send({ type: 'held', since: now });
    }
    const isFirst = this.#since === undefined;
    const { rows, next } = await new RunReader(db).changes(hub, this.#since);
    if (round !== this.#round) return;
    this.#since = next;
    if (isFirst) this.#letGoAllBut(new Set(rows.map(({ repoId }) => repoId)));
    const work = rows.map((row) => this.#take(row));
    // Not waited for: while files are written, the lease is renewed, and others are told of.
    if (!this.#saidAll) this.#saying = this.#sayAll(work, round);
    for (const space of this.#held.values()) if (space.isDue(now)) void this.#settle(space);
  }

  /** Once all that is wanted was said: what else the runner has is ended, and its files go. */
  async #sayAll(work: readonly Promise<void>[], round: number): Promise<void> {
    const { runner, sources, log } = this.#deps;
    this.#saidAll = true;
    await Promise.allSettled(work);
    if (round !== this.#round || this.#ended.signal.aborted) return;
    // Those that could not be made ready are among them: what ran of them before goes on.
    const spaces = [...this.#held.values()].filter(({ resting }) => !resting).map(({ id }) => id);
    runner.send({ type: 'all-wanted', spaces });
    await sources.keepSpaces((id) => this.#held.has(id)).catch((err: unknown) => log.warn({ err }, LEFT));
  }

  #loseIfLate(): void {
    const { clock, runner } = this.#deps;
    if (this.#heldAt === 0 || clock.now().getTime() - this.#heldAt < LOST_MS) return;
    // Another hub may have them by now.
    runner.send({ type: 'all-wanted', spaces: [] });
    for (const space of this.#held.values()) {
      this.#deps.liveRuns.endOf(space.id);
      space.endRuns();
    }
    this.#beginAnew();
  }

  /** What went to others, or was forgotten, while nobody here could see it. */
  #letGoAllBut(found: ReadonlySet<Id>): void {
    for (const space of this.#held.values()) if (!found.has(space.id)) this.#letGo(space, false);
  }

  async #take(row: RunRow): Promise<void> {
    const before = this.#held.get(row.repoId);
    if (row.holder !== this.#deps.hub) {
      if (before !== undefined) this.#letGo(before, false);
      return;
    }
    const space = before ?? new HeldSpace(row, this.#logRoom);
    this.#held.set(row.repoId, space);
    space.update(row);
    await this.#settle(space);
  }

  #letGo(space: HeldSpace, forget: boolean): void {
    this.#forget(space);
    this.#drop(space.id, forget);
    void this.#keepFiles(space.id);
  }

  /** At once, also in answers that are under way: the run itself may take its time to end. */
  #drop(space: Id, forget: boolean): void {
    this.#deps.runner.send({ type: 'drop', space, forget });
    this.#deps.stopSecrets(space);
    this.#deps.liveRuns.endOf(space);
  }

  #forget(space: HeldSpace): void {
    this.#held.delete(space.id);
    for (const run of space.runs) this.#left.set(run, space.id);
    space.close();
  }

  /** Has the runner know what is wanted of a Space. Changes that come meanwhile are settled after it, in one go. */
  async #settle(space: HeldSpace): Promise<void> {
    await space.settle(async () => {
      try {
        await this.#gate.pass(async () => await this.#say(space));
      } catch (err) {
        this.#retry(space, err);
      }
    });
  }

  #retry(space: HeldSpace, err: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#deps.log.warn({ err, space: space.id }, 'a Space could not be made ready; it is tried again');
    space.retryAfter(this.#deps.clock.now().getTime());
  }

  async #say(space: HeldSpace): Promise<void> {
    const { runner, hub, db, isPaused } = this.#deps;
    const round = this.#round;
    const isCurrent = (): boolean => this.#held.get(space.id) === space && round === this.#round;
    const plan = await planOf(space, this.#deps);
    // It went to another hub meanwhile, or all is said anew, and this with it.
    if (!isCurrent()) return;
    if (plan.kind === 'forget') {
      this.#letGo(space, true);
      await db.transaction((tx) => new RunWriter(tx).forget(space.id, hub));
      return;
    }
    if (plan.kind === 'rest') {
      space.rest();
      this.#drop(space.id, false);
      await this.#records.rest(space.id);
      await this.#trim(space);
      return;
    }
    const { wish } = plan;
    const ready = await this.#prepare(space, plan);
    // Another push came meanwhile, and is settled next; or a pause that the database does not have yet.
    if (!isCurrent() || space.generation !== wish.generation || isPaused(space.name)) return;
    if ('problem' in ready) this.#refuse(space, ready.problem);
    else {
      const whole = { ...wish, app: { ...wish.app, preloaded: ready.preloaded } };
      if (space.say(whole)) runner.send({ type: 'want', ...whole });
    }
    await this.#trim(space);
  }

  /** Says in the runner's place why nothing new runs. What may have a secret that was deleted does not go on instead: the runner says so. */
  #refuse(space: HeldSpace, problem: string): void {
    this.#records.keep(space.id, space.refuse(problem));
    const { takenBack: before } = space.row;
    if (before > 0) this.#deps.runner.send({ type: 'drop', space: space.id, forget: false, before });
  }

  /** Has the files be there. Returns what was preloaded, or why they cannot be. */
  async #prepare(space: HeldSpace, { wish, repo, wanted }: Wanted): Promise<Ensured> {
    if (isTooLarge(wish))
      return { problem: 'The variables of the Space are more than its program can be given. Delete some.' };
    space.prepare(wish.commit);
    try {
      return await this.#deps.sources.ensure(repo, { commit: wish.commit, ...wanted }, this.#ended.signal);
    } catch (err) {
      this.#ended.signal.throwIfAborted();
      this.#retry(space, err);
      return { problem: isFault(err) ? err.message : NOT_WRITTEN };
    }
  }

  async #trim(space: HeldSpace): Promise<void> {
    if (this.#held.get(space.id) === space) await this.#keepFiles(space.id);
  }

  async #keepFiles(id: Id): Promise<void> {
    const { sources, log } = this.#deps;
    await sources
      .keepOnly(id, () => this.#held.get(id)?.commits ?? [])
      .catch((err: unknown) => log.warn({ err }, LEFT));
  }

  /** Stops saying anything. What runs goes on, and is known to the next hub. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#ended.abort();
    await this.#looking;
    await this.#saying;
    await this.#tickets[Symbol.asyncDispose]();
    await this.#records[Symbol.asyncDispose]();
    await this.#contacts[Symbol.asyncDispose]();
  }
}
