// Has the programs of Spaces run as people want them: tells the runner of this machine what is wanted, whenever that changes
// and all of it whenever a runner comes, and keeps what it says. Nothing here waits for a runner.
// Invariant: of all hubs on a database one has a Space, and only its runner runs it.
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { Gate } from '@holdfast/platform/gate';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Content } from '#modules/content';
import { HeldSpace } from './held-space.ts';
import { reachedOf, type Reached } from './model.ts';
import { RunRecords } from './run-records.ts';
import { RunReader, RunWriter, type RunRow } from './run-store.ts';
import { type Sources } from './sources.ts';
import { type FromRunner, type RunnerLink, type Wish } from './wish.ts';
import { planOf, type Plan } from './plan.ts';

/** What running needs. */
export interface RunsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly content: Pick<Content, 'findVisited'>;
  readonly sources: Sources;
  readonly runner: RunnerLink;
  /** What this hub is called among those of the database. */
  readonly hub: string;
  /** The host of the Space with a label. */
  readonly hostOf: (label: string) => string;
}

const POLL_MS = 250;
const LEASE_SECONDS = 30;
const RENEW_MS = 5_000;
/** How long this hub may be without word from the database before its Spaces are somebody else's. */
const LOST_MS = 25_000;
const RETRY_MS = 5_000;
/** Spaces whose files are written at the same time. */
const AT_ONCE = 3;

/** The Spaces that this hub runs. */
export class Runs implements AsyncDisposable {
  readonly #deps: RunsDeps;
  readonly #records: RunRecords;
  readonly #held = new Map<Id, HeldSpace>();
  readonly #gate = new Gate(AT_ONCE);
  readonly #ended = new AbortController();
  /** `undefined`: no runner is there; `null`: one that can run programs. */
  #problem: string | null | undefined;
  #since: string | undefined;
  #heldAt = 0;
  #saidAll = false;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: RunsDeps) {
    this.#deps = deps;
    this.#records = new RunRecords(deps);
  }

  /** Begins to listen to the runner. */
  start(): void {
    this.#deps.runner.onFrame((frame) => this.#hear(frame));
    this.#deps.runner.send({ type: 'hello' });
    this.#timer = setInterval(() => this.#look(), POLL_MS);
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
  reach(repoId: Id): Reached | undefined {
    const space = this.#held.get(repoId);
    if (space === undefined || this.#problem !== null) return undefined;
    if (space.resting) return { kind: 'failed', stage: 'NO_APP_FILE', message: NO_PROGRAM };
    const reached = reachedOf(space.generation, space.told);
    // However many come, it is said once in a while.
    if (reached.kind === 'asleep' && space.mayWake(this.#deps.clock.now().getTime()))
      this.#deps.runner.send({ type: 'wake', space: repoId });
    return reached;
  }

  #hear(frame: FromRunner): void {
    if (frame.type === 'able' || frame.type === 'gone') {
      this.#problem = frame.type === 'gone' ? undefined : frame.problem;
      // It may be another runner, which knows nothing yet.
      this.#since = undefined;
      this.#heldAt = 0;
      this.#saidAll = false;
      for (const space of this.#held.values()) space.forgetSent();
      this.#look();
      return;
    }
    const space = this.#held.get(frame.space);
    // What is said of a Space that another hub has by now counts for nothing.
    if (space === undefined) return;
    if (frame.type === 'log') space.logs[frame.kind].add(frame.lines, frame.fresh);
    else if (frame.type === 'usage') space.noteUsage(frame);
    else if (frame.type === 'status') this.#noteStatus(space, frame);
    else this.#records.note(frame);
  }

  #noteStatus(space: HeldSpace, frame: Extract<FromRunner, { type: 'status' }>): void {
    const { type: _type, space: repoId, ...told } = frame;
    if (!space.tell(told)) return;
    this.#records.keep(repoId, told);
    void this.#trim(space);
  }

  #look(): void {
    if (this.#problem === undefined || this.#ended.signal.aborted) return;
    this.#looking ??= this.#lookOnce()
      .catch((err: unknown) => this.#missedLook(err))
      .finally(() => (this.#looking = undefined));
  }

  async #lookOnce(): Promise<void> {
    const { db, hub, clock } = this.#deps;
    const now = clock.now().getTime();
    if (this.#problem !== null) {
      // A hub that can run them takes them.
      if (this.#heldAt === 0) await db.transaction((tx) => new RunWriter(tx).release(hub));
      this.#held.clear();
      this.#heldAt = now;
      return;
    }
    if (now - this.#heldAt >= RENEW_MS) {
      await db.transaction((tx) => new RunWriter(tx).hold(hub, LEASE_SECONDS));
      this.#heldAt = now;
    }
    const { rows, next } = await new RunReader(db).changes(hub, this.#since);
    this.#since = next;
    const work = rows.map((row) => this.#take(row));
    if (!this.#saidAll) await this.#sayAll(work);
    for (const space of this.#held.values()) if (space.isDue(now)) void this.#settle(space);
  }

  /** Once all that is wanted was said: what else the runner has is ended, and its files go. */
  async #sayAll(work: readonly Promise<void>[]): Promise<void> {
    this.#saidAll = true;
    await Promise.all(work);
    const spaces = [...this.#held.values()].filter(({ wanted }) => wanted).map(({ id }) => id);
    this.#deps.runner.send({ type: 'all-wanted', spaces });
    await this.#deps.sources.keepSpaces(new Set(this.#held.keys()));
  }

  #missedLook(err: unknown): void {
    const { log, clock, runner } = this.#deps;
    log.warn({ err }, 'what is wanted of Spaces could not be read; it is tried again');
    if (this.#heldAt === 0 || clock.now().getTime() - this.#heldAt < LOST_MS) return;
    // Another hub may have them by now.
    runner.send({ type: 'all-wanted', spaces: [] });
    for (const space of this.#held.values()) space.forgetSent();
    this.#since = undefined;
    this.#heldAt = 0;
    this.#saidAll = false;
  }

  async #take(row: RunRow): Promise<void> {
    const before = this.#held.get(row.repoId);
    if (row.holder !== this.#deps.hub) {
      if (before !== undefined) this.#letGo(before, false);
      return;
    }
    const space = before ?? new HeldSpace(row);
    this.#held.set(row.repoId, space);
    space.update(row);
    await this.#settle(space);
  }

  #letGo({ id }: HeldSpace, forget: boolean): void {
    this.#held.delete(id);
    this.#deps.runner.send({ type: 'drop', space: id, forget });
    void this.#deps.sources.keepOnly(id, []).catch((err: unknown) => this.#deps.log.warn({ err }, LEFT));
  }

  /** Has the runner know what is wanted of a Space. Changes that come meanwhile are settled after it, in one go. */
  async #settle(space: HeldSpace): Promise<void> {
    await space.settle(async () => {
      try {
        await this.#gate.pass(async () => await this.#say(space));
      } catch (err) {
        if (this.#ended.signal.aborted) return;
        this.#deps.log.warn({ err, space: space.id }, 'a Space could not be made ready; it is tried again');
        space.retryAt(this.#deps.clock.now().getTime() + RETRY_MS);
        if (isFault(err)) this.#refuse(space, err.message);
      }
    });
  }

  async #say(space: HeldSpace): Promise<void> {
    const { runner, hub, db, sources } = this.#deps;
    const plan: Plan = await planOf(space, this.#deps);
    if (plan.kind === 'forget') {
      this.#letGo(space, true);
      await db.transaction((tx) => new RunWriter(tx).forget(space.id, hub));
      return;
    }
    if (plan.kind === 'rest') {
      space.rest();
      runner.send({ type: 'drop', space: space.id, forget: false });
      await this.#records.rest(space.id);
      await this.#trim(space);
      return;
    }
    const { wish, repo } = plan;
    const problem = isTooLarge(wish)
      ? 'The variables of the Space are more than its program can be given. Delete some.'
      : await sources.ensure(repo, wish.commit, this.#ended.signal);
    // Another push came meanwhile, and is settled next.
    if (space.generation !== wish.generation) return;
    if (problem === undefined && space.say(wish)) runner.send({ type: 'want', ...wish });
    if (problem !== undefined) this.#refuse(space, problem);
    await this.#trim(space);
  }

  /** Says in the runner's place that a Space cannot be made ready. What ran before goes on. */
  #refuse(space: HeldSpace, message: string): void {
    const serving = space.told?.serving ?? null;
    const told = { generation: space.generation, stage: 'BUILD_ERROR', message, serving } as const;
    if (space.tell(told)) this.#records.keep(space.id, told);
  }

  async #trim(space: HeldSpace): Promise<void> {
    if (this.#held.get(space.id) !== space) return;
    await this.#deps.sources
      .keepOnly(space.id, space.commits)
      .catch((err: unknown) => this.#deps.log.warn({ err }, LEFT));
  }

  /** Stops saying anything. What runs goes on, and is known to the next hub. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#ended.abort();
    await this.#looking;
    await this.#records[Symbol.asyncDispose]();
  }
}

/** Characters of a wish that a frame surely holds. */
const LARGEST_WISH = 900_000;

function isTooLarge(wish: Wish): boolean {
  return JSON.stringify(wish).length > LARGEST_WISH;
}

const NO_PROGRAM = 'the file that its README names is not there';
const LEFT = 'files of a Space that nobody reads any more could not be removed';
