// Brings one Space to how it is wanted and keeps it there: builds, starts, replaces, lets sleep, starts again what crashed.
// Invariants: at most one run is served and at most one more is being started; what is wanted later wins over what is under
// way; the stage that is told is the one that the Space has.
import { type RunStage, type Status, type Want } from '../frames.ts';
import { countCrash, pauseAfter } from './backoff.ts';
import { Change } from './change.ts';
import { LeavingRun } from './drain.ts';
import { isIdle } from './idle.ts';
import { LogLines } from './log-lines.ts';
import { presentStatus, presentUsage } from './present.ts';
import { type Run, type RunEnd } from './run.ts';
import { SpaceLog } from './space-log.ts';
import { startRun, type BuildOutcome, type SpaceDeps } from './start-run.ts';

/** How often is looked at what a run uses and when it was last visited. */
const LOOK = 1_000;

/** Why a run ended, as the ledger has it. Not each that was there before a secret was deleted was there when it was set. */
const WITHOUT_SECRET = 'it may have had a secret that was deleted, and nothing follows it yet';
/** The same, as who looks at the Space is told; the hub knows it by these words. */
const ENDED =
  'What ran before was ended: it may have had a secret that was deleted, and nothing follows it yet.';
const NOT_WANTED = 'it is not wanted any more';

/** Nothing of it runs or is being started, where nothing is served. */
const RESTING: ReadonlySet<RunStage> = new Set(['SLEEPING', 'BUILD_ERROR', 'RUNTIME_ERROR']);

const WITHOUT_RUN: Readonly<Partial<Record<RunStage, RunStage>>> = {
  RUNNING_BUILDING: 'BUILDING',
  RUNNING_APP_STARTING: 'APP_STARTING',
};

/** One Space that is wanted. */
export class Space {
  readonly #deps: SpaceDeps;
  readonly #log: SpaceLog;
  readonly #life: Promise<void>;
  #want: Want;
  #change = new Change();
  #isDropped = false;
  #isAsleep: boolean;
  /** What is served must not go on, whatever becomes of its successor. */
  #mustLeave = false;
  /** Whatever is served was started when what was taken back until this generation was not handed over any more. */
  #cleanUntil = 0;
  #crashes = 0;
  #serving: Run | undefined;
  #servedSince = 0;
  /** Those that another one followed, by their ids. */
  readonly #leaving = new Map<string, LeavingRun>();
  #stage: RunStage = 'STOPPED';
  #message: string | null = null;

  constructor(want: Want, deps: SpaceDeps) {
    this.#deps = deps;
    this.#want = want;
    this.#isAsleep = want.asleep;
    this.#log = new SpaceLog(want.space, deps.tell);
    this.#life = this.#live();
  }

  /** It is wanted otherwise. Without a new generation, what runs goes on. */
  want(next: Want): void {
    const before = this.#want;
    this.#want = next;
    if (next.generation === before.generation) return;
    // Where it may connect is decided to be so at once, and not once a build has come to its end.
    if (JSON.stringify(next.egress) !== JSON.stringify(before.egress)) this.#mustLeave = true;
    this.#isAsleep = next.asleep;
    this.#crashes = 0;
    this.#happen();
  }

  /** Somebody visits: one that sleeps is started. */
  wake(): void {
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    this.#happen();
  }

  /** The hub sends nobody to a run any more that another one follows, and nobody is left there. */
  left(run: string): void {
    this.#leaving.get(run)?.letGo();
  }

  /** Tells once more how it is, to a hub that has just started. */
  tellAgain(): void {
    this.#log.again();
    this.#deps.tell(this.#status());
  }

  /**
   * Whether something of it runs that may have what was taken back by this generation. Where nothing runs, what is started from now on
   * has not.
   */
  mayHave(takenBack: number): boolean {
    if (Math.max(this.#want.generation, this.#cleanUntil) >= takenBack) return false;
    if (this.#serving !== undefined || !RESTING.has(this.#stage)) return true;
    this.#cleanUntil = takenBack;
    this.#endLeaving();
    return false;
  }

  /** Ends all that runs of it; `takenBack`: because it may have what was taken back, and nothing follows. */
  async drop(takenBack = false): Promise<void> {
    const why = takenBack ? WITHOUT_SECRET : NOT_WANTED;
    const message = takenBack && this.#serving !== undefined ? ENDED : null;
    this.#isDropped = true;
    this.#endLeaving();
    const left = this.#leave(why);
    // Before it has ended: nobody is sent there any more.
    if (takenBack) this.#settle('STOPPED', message);
    this.#happen();
    await this.#life;
    const leaving = [...this.#leaving.values()].map(({ ended }) => ended);
    await Promise.all([left, this.#leave(why), ...leaving]);
    this.#settle('STOPPED', message);
  }

  #happen(): void {
    const before = this.#change;
    this.#change = new Change();
    before.happen();
  }

  async #live(): Promise<void> {
    while (!this.#isDropped) {
      const change = this.#change;
      try {
        await this.#bring(this.#want, change);
      } catch (error) {
        if (change.signal.aborted) continue;
        await this.#settleWithout('RUNTIME_ERROR', error instanceof Error ? error.message : String(error));
        await this.#rest(change);
      }
    }
  }

  async #bring(want: Want, change: Change): Promise<void> {
    if (this.#mustLeave) {
      this.#mustLeave = false;
      // Those that another one followed may connect there, too.
      this.#endLeaving();
      await this.#leave('where it may connect was changed');
    }
    if (this.#isAsleep) {
      await this.#leave('it sleeps');
      this.#settle('SLEEPING');
      await change.within();
      return;
    }
    if (this.#serving?.want.generation !== want.generation) {
      const run = await this.#startNew(want, change);
      if (run === undefined) return;
      this.#replace(run);
    }
    await this.#watch(change);
  }

  /** The new run, accepting visitors; `undefined` where there is none, and all is said. */
  async #startNew(want: Want, change: Change): Promise<Run | undefined> {
    this.#settle(this.#serving === undefined ? 'BUILDING' : 'RUNNING_BUILDING');
    const built = await this.#build(want, change.signal);
    if (change.signal.aborted) {
      if (built.kind === 'built') built.hold[Symbol.dispose]();
      return undefined;
    }
    if (built.kind === 'failed') {
      // What was there before goes on: nobody is helped by a Space that is gone because of a typing error.
      await this.#settleWithout(built.stage, built.message);
      await this.#rest(change);
      return undefined;
    }
    this.#settle(this.#serving === undefined ? 'APP_STARTING' : 'RUNNING_APP_STARTING');
    if (want.secrets && !(await this.#untilOpen(change))) {
      built.hold[Symbol.dispose]();
      return undefined;
    }
    const run = await startRun(want, built, { deps: this.#deps, log: this.#log });
    const outcome = await Promise.race([
      run.listening,
      change.within(want.app.startupSeconds * 1_000).then((changed) => (changed ? 'changed' : 'late')),
    ]);
    if (outcome === true) return run;
    if (outcome === 'changed') {
      await run.kill('something else is wanted');
      return undefined;
    }
    if (outcome === 'late') await run.kill(sayLate(want));
    await this.#afterFailedStart(await run.ended, change);
    return undefined;
  }

  /** Says why a run did not come to accept visitors, and waits for as long as is sensible before another is tried. */
  async #afterFailedStart(end: RunEnd, change: Change): Promise<void> {
    this.#crashes = countCrash(this.#crashes, end);
    const pause = pauseAfter(this.#crashes, end);
    if (pause === undefined) await this.#leave('the one that follows could not start');
    // What is served goes on while another start is waited for.
    const stage = pause === undefined ? 'RUNTIME_ERROR' : this.#stage;
    await this.#settleWithout(stage, `The app could not start: ${end.why}.${sayPause(pause)}`);
    await change.within(pause);
  }

  /**
   * There is no other run yet, and this is why. What is served goes on, unless it may have what was taken back since: who deletes a secret
   * because it is in the wrong hands is not to be served by a program that has it for as long as a typing error stays.
   */
  async #settleWithout(stage: RunStage, message: string): Promise<void> {
    const { takenBack = 0 } = this.#want;
    const before = this.#serving;
    if (before === undefined || Math.max(before.want.generation, this.#cleanUntil) >= takenBack) {
      this.#settle(stage, message);
      return;
    }
    this.#endLeaving();
    const left = this.#leave(WITHOUT_SECRET);
    this.#settle(WITHOUT_RUN[stage] ?? stage, `${ENDED}\n${message}`);
    await left;
  }

  /** Waits until the vault is open, and says so; `false`: something else is wanted meanwhile. */
  async #untilOpen(change: Change): Promise<boolean> {
    const { vault } = this.#deps.ground.secrets;
    while (vault.closed !== null) {
      // Taken before anything is waited for: it may open meanwhile.
      const { change: opened } = vault;
      await this.#settleWithout(this.#stage, vault.closed);
      await Promise.race([change.within(), opened.within()]);
      if (change.signal.aborted) return false;
      this.#settle(this.#stage);
    }
    return true;
  }

  async #build(want: Want, signal: AbortSignal): Promise<BuildOutcome> {
    const take = this.#log.begin('build');
    using lines = new LogLines(take);
    return await this.#deps.build(want, lines, signal);
  }

  /** Serves the new run; the one before keeps the requests that it has. */
  #replace(run: Run): void {
    const before = this.#serving;
    this.#serving = run;
    this.#servedSince = Date.now();
    if (before !== undefined) this.#letLeave(before);
    this.#settle('RUNNING');
    const timer = setInterval(() => {
      // Of one that another follows nothing is told: the hub has room for one.
      if (this.#serving === run) this.#deps.tell(presentUsage(run));
    }, LOOK);
    const gone = ({ why }: Pick<RunEnd, 'why'>): void => {
      clearInterval(timer);
      this.#noteEnd(run, why);
    };
    run.ended.then(gone, (error: unknown) => {
      gone({ why: error instanceof Error ? error.message : String(error) });
    });
  }

  #letLeave(run: Run): void {
    // Whoever leaves already has had its time: no more than two take memory, however often it is restarted.
    this.#endLeaving();
    const leaving = new LeavingRun(run, this.#deps.farewellMs);
    this.#leaving.set(run.id, leaving);
    const gone = (): void => void this.#leaving.delete(run.id);
    leaving.ended.then(gone, gone);
  }

  #endLeaving(): void {
    for (const one of this.#leaving.values()) one.letGo();
  }

  /** A run that ended while another was built or had failed to be; one that is looked after is `watch`'s. */
  #noteEnd(run: Run, why: string): void {
    if (this.#serving !== run || this.#stage === 'RUNNING') return;
    this.#serving = undefined;
    const stage = WITHOUT_RUN[this.#stage];
    // With what is wanted now it could not be started again, and with what was wanted before nobody wants it.
    const message =
      stage === undefined ? [this.#message, `What ran before has ended, too: ${why}.`] : [this.#message];
    this.#settle(stage ?? this.#stage, message.filter((line) => line !== null).join('\n') || null);
  }

  /** Nothing can be done for what is wanted: waits until something else is. What is served meanwhile sleeps where nobody visits it. */
  async #rest(change: Change): Promise<void> {
    while (!(await change.within(this.#serving === undefined ? undefined : LOOK)))
      if (this.#isIdle()) {
        this.#isAsleep = true;
        return;
      }
  }

  #isIdle(): boolean {
    const run = this.#serving;
    if (run === undefined) return false;
    return isIdle({ ...run.traffic, servedSince: this.#servedSince }, this.#want.sleepSeconds, Date.now());
  }

  /** Looks after the run that is served, until something else is wanted, it sleeps or it ends. */
  async #watch(change: Change): Promise<void> {
    const run = this.#serving;
    if (run === undefined) return;
    const { promise: ended, resolve } = Promise.withResolvers<RunEnd>();
    void run.ended.then(resolve);
    for (;;) {
      const next = await Promise.race([ended, change.within(LOOK)]);
      if (next === true) return;
      if (next !== false) {
        await this.#afterEnd(run, next, change);
        return;
      }
      if (this.#isIdle()) {
        this.#isAsleep = true;
        return;
      }
    }
  }

  async #afterEnd(run: Run, end: RunEnd, change: Change): Promise<void> {
    if (this.#serving === run) this.#serving = undefined;
    this.#crashes = countCrash(this.#crashes, end);
    const pause = pauseAfter(this.#crashes, end);
    this.#settle('RUNTIME_ERROR', `The app ended: ${end.why}.${sayPause(pause)}`);
    await change.within(pause);
  }

  async #leave(why: string): Promise<void> {
    const run = this.#serving;
    this.#serving = undefined;
    await run?.stop(why);
  }

  #settle(stage: RunStage, message: string | null = null): void {
    this.#stage = stage;
    this.#message = message;
    this.#deps.tell(this.#status());
  }

  #status(): Status {
    const [stage, message] = [this.#stage, this.#message];
    return presentStatus(this.#want, {
      ...{ stage, message, serving: this.#serving },
      leaving: [...this.#leaving.keys()],
    });
  }
}

function sayLate({ app }: Want): string {
  return `it did not accept connections on port ${app.port} within ${app.startupSeconds} s`;
}

function sayPause(pause: number | undefined): string {
  return pause === undefined ? '' : ` It is started again in ${Math.ceil(pause / 1_000)} s.`;
}
