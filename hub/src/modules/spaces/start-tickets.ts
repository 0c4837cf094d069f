// Start tickets: the entry of the ledger by which the hub lets a run start. The vault takes it for one release and looks at the
// ledger itself, so that no runner gets secrets for a run that is not on record.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { referencesOf } from '#modules/access';
import { record } from '#modules/ledger';
import { type HeldSpace } from './held-space.ts';
import { type LiveRuns } from './live-runs.ts';
import { type RunProofs } from './run-proofs.ts';
import { RunReader } from './run-store.ts';
import { RUNNING } from './sources.ts';
import { findStartCause, type StartCause } from './start-cause.ts';
import { StartedRunWriter } from './started-run-store.ts';
import { SpaceReader } from './store.ts';
import { type FromRunner, type RunnerLink } from './wish.ts';

type Asked = Extract<FromRunner, { type: 'ticket-wanted' }>;

/** Starts of one Space in a minute; a runner that was taken over does not fill the ledger with more. */
const MOST_STARTS = 20;
const MINUTE_MS = 60_000;
const NOT_BEGUN = {
  ended: 'this run was started before',
  full: 'too many runs are there; it is tried again',
} as const;

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly hub: string;
  readonly runner: RunnerLink;
  readonly liveRuns: LiveRuns;
  readonly runProofs: Pick<RunProofs, 'proofOf'>;
}

/** Gives tickets. */
export class StartTickets implements AsyncDisposable {
  readonly #deps: Deps;
  readonly #starts = new Map<Id, { readonly minute: number; count: number }>();
  readonly #answering = new Set<Promise<void>>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** Answers the runner: with the entry, or with why there is none. */
  async answer(asked: Asked, space: HeldSpace | undefined): Promise<void> {
    const answering = this.#answer(asked, space);
    this.#answering.add(answering);
    await answering.finally(() => this.#answering.delete(answering));
  }

  async #answer(asked: Asked, space: HeldSpace | undefined): Promise<void> {
    const { log, runner, liveRuns } = this.#deps;
    const { run } = asked;
    // Known before it is on record, so that it is not taken for one that ended.
    const not = liveRuns.begin(asked);
    // The answer that is under way is the one for both.
    if (not === 'asked') return;
    const given =
      not === undefined
        ? await this.#give(asked, space).catch((err: unknown) => {
            log.warn({ err, space: asked.space }, 'a start could not be recorded');
            return { why: 'the start could not be recorded; it is tried again' };
          })
        : { why: NOT_BEGUN[not] };
    if (not === undefined) {
      // One without a ticket is none that lives, whatever it was before.
      if (!('entry' in given)) liveRuns.end(run);
      liveRuns.settle(run);
    }
    runner.send({ type: 'ticket', run, entry: null, proof: null, why: null, ...given });
  }

  async #give({ space: id, run, commit }: Asked, space: HeldSpace | undefined): Promise<Given> {
    const wanted = space?.wanted;
    if (wanted === undefined || wanted.commit !== commit) return { why: 'this commit is not wanted' };
    if (!this.#mayStart(id)) return { why: 'it was started too often; it is tried again in a minute' };
    const { db, hub, runProofs } = this.#deps;
    const { by, why } = await this.#causeOf(id, space);
    return await db.transaction(async (tx) => {
      // As it is now: what was said to the runner may be older than a pause or a deletion.
      const row = await new RunReader(tx).find(id);
      const { paused } = await new SpaceReader(tx).decisions(id);
      if (row === undefined || !row.program || row.holder !== hub || paused)
        return { why: 'nothing is to run of it' };
      // What is given out for a run ends with it, and another run of its name would have it go on.
      if (!(await new StartedRunWriter(tx).begin(run, hub))) return { why: 'this run was started before' };
      const body = { run, commit, generation: wanted.generation, cause: why };
      const entry = { kind: 'run.started', subject: `repo:${id}`, ...by, body };
      return { entry: await record(tx, entry), proof: runProofs.proofOf(run) };
    });
  }

  // What somebody changed counts more than a visit. After a crash nobody did anything: the start is the hub's own.
  async #causeOf(id: Id, space: HeldSpace | undefined): Promise<Cause> {
    const visitor = space?.takeVisitor();
    const changer = await findStartCause(this.#deps.db, id);
    if (changer !== undefined) return { by: changer, why: 'change' };
    return visitor === undefined
      ? { by: referencesOf(RUNNING), why: 'again' }
      : { by: visitor, why: 'visit' };
  }

  #mayStart(space: Id): boolean {
    const minute = Math.floor(this.#deps.clock.now().getTime() / MINUTE_MS);
    // Those of minutes that are over are forgotten.
    for (const [id, starts] of this.#starts) if (starts.minute !== minute) this.#starts.delete(id);
    const starts = this.#starts.get(space) ?? { minute, count: 0 };
    this.#starts.set(space, starts);
    starts.count += 1;
    return starts.count <= MOST_STARTS;
  }

  /** Waits until all were answered. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#answering);
  }
}

interface Cause {
  readonly by: StartCause;
  /** `change`: somebody had it start anew. `visit`: somebody came while it slept. `again`: it had ended by itself. */
  readonly why: 'change' | 'visit' | 'again';
}

type Given = { readonly entry: Sha256; readonly proof: string } | { readonly why: string };
