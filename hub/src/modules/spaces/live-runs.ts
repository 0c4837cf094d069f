// Which runs with secrets live. What this hub's runner says of its own counts at once; the database has it for the other hubs and
// for the next start of this one, and has it late where it was away.
// Invariant: a run lives from its start ticket until its runner, or whoever ends it, says that it does not, and never again.
import { setTimeout as delay } from 'node:timers/promises';
import { type Id } from '@holdfast/kernel/id';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { StartedRunReader, StartedRunWriter } from './started-run-store.ts';
import { type RunOfSpace } from './wish.ts';

interface Deps {
  readonly db: Db;
  readonly log: Log;
  /** What this hub is called among those of the database. */
  readonly hub: string;
  /** Whether it has a runner. */
  readonly runs: boolean;
}

const AGAIN_MS = 1_000;
/** As many as a runner may name in one frame. */
const MOST_RUNS = 10_000;

/** The runs that live. */
export class LiveRuns implements AsyncDisposable {
  readonly #deps: Deps;
  /** What the runner says that it has, with the Spaces; a ticket is asked of the database. */
  #known = new Map<Id, Id>();
  /** Those of which the database said that they have one: they are not asked for again. */
  readonly #confirmed = new Set<Id>();
  /** Those that ended, until the database has it: a runner that asks for them again does not bring them back. */
  readonly #ended = new Set<Id>();
  /** Those whose ticket is being made: it may come to be on record after their end. */
  readonly #asking = new Set<Id>();
  /** Whether the runner, perhaps one from before this hub, has said what it has. */
  #wasHeard = false;
  #isBehind = false;
  #writing: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The runner says which it has: others have ended. */
  meet(runs: readonly RunOfSpace[]): void {
    this.#wasHeard = true;
    const said = new Map(
      runs.filter(({ run }) => !this.#ended.has(run)).map(({ run, space }) => [run, space]),
    );
    for (const run of this.#known.keys()) if (!said.has(run)) this.#ended.add(run);
    // While the database is away, those that ended are kept: others are taken for that many fewer.
    this.#known = new Map([...said].slice(0, Math.max(0, 2 * MOST_RUNS - this.#ended.size)));
    for (const run of this.#confirmed) if (!this.#known.has(run)) this.#confirmed.delete(run);
    this.#write();
  }

  /**
   * One asks for its start ticket. Answers why it gets none, `asked` where it is being answered already, or `undefined` where it may have
   * one: then `settle` is to be called.
   */
  begin({ run, space }: RunOfSpace): 'ended' | 'asked' | 'full' | undefined {
    if (this.#ended.has(run)) return 'ended';
    if (this.#asking.has(run)) return 'asked';
    // Those that a runner in somebody else's hands makes up do not fill the memory.
    if (!this.#known.has(run) && this.#known.size + this.#ended.size >= MOST_RUNS) return 'full';
    this.#asking.add(run);
    this.#known.set(run, space);
    return undefined;
  }

  /** Whether a run got its ticket is on record by now: it may have ended meanwhile, and must not be there as one that lives. */
  settle(run: Id): void {
    this.#asking.delete(run);
    if (!this.#known.has(run)) this.#write();
  }

  /** One has ended. */
  end(run: Id): void {
    this.#confirmed.delete(run);
    if (!this.#known.delete(run)) return;
    this.#ended.add(run);
    this.#write();
  }

  /** The runs of a Space are ended: nothing is given for them while they take their time. */
  endOf(space: Id): void {
    for (const [run, of] of this.#known) if (of === space) this.end(run);
  }

  /** Whether a run had a ticket and has not ended. */
  async isLive(run: Id): Promise<boolean> {
    if (this.#confirmed.has(run)) return true;
    const { db, hub, runs } = this.#deps;
    const found = await new StartedRunReader(db).find(run);
    if (found === undefined || found.ended || this.#ended.has(run)) return false;
    if (found.hub !== hub || !runs) return found.leased;
    // After a start of this hub alone, until its runner has spoken, the row is all that is known.
    if (!this.#wasHeard) return true;
    if (!this.#known.has(run)) return false;
    this.#confirmed.add(run);
    return true;
  }

  #write(): void {
    this.#isBehind = true;
    // Before the runner was heard it would end what lives.
    if (this.#wasHeard && !this.#closed.signal.aborted)
      this.#writing ??= this.#catchUp().finally(() => (this.#writing = undefined));
  }

  async #catchUp(): Promise<void> {
    const { log } = this.#deps;
    while (this.#isBehind) {
      this.#isBehind = false;
      try {
        await this.#keepEnds();
      } catch (err) {
        this.#isBehind = true;
        log.warn({ err }, 'which runs have ended could not be kept; it is tried again');
        const { signal } = this.#closed;
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
      }
    }
  }

  async #keepEnds(): Promise<void> {
    const { db, hub } = this.#deps;
    // None of them is among those that live: `begin` and `meet` leave them out.
    const ended = [...this.#ended];
    await db.transaction((tx) => new StartedRunWriter(tx).endAllBut(hub, [...this.#known.keys()]));
    for (const run of ended) if (!this.#asking.has(run)) this.#ended.delete(run);
  }

  /** Waits for what is being kept. What is not is found out by the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#writing;
  }
}
