// Keeps what the runner says of Spaces, in the order in which it said it, and records what is more than a moment: which run
// served from when to when, and where one was not let out.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { referencesOf } from '#modules/access';
import { record } from '#modules/ledger';
import { type Told } from './model.ts';
import { RunWriter } from './run-store.ts';
import { RUNNING } from './sources.ts';
import { type FromRunner } from './wish.ts';

/** What is noted beside how a Space is. */
type Noted = Extract<FromRunner, { type: 'ended' | 'refused' }>;

/** How often something is tried that the database does not take. */
const TRIES = 20;
const AGAIN_MS = 1_000;
/** Refusals of one Space on record in a minute; further ones are counted. */
const MOST_REFUSALS = 30;
const MINUTE_MS = 60_000;

interface Refusals {
  readonly minute: number;
  recorded: number;
  left: number;
}

/** Writes it down. */
export class RunRecords implements AsyncDisposable {
  readonly #deps: { readonly db: Db; readonly clock: Clock; readonly log: Log; readonly hub: string };
  readonly #last = new Map<Id, Promise<void>>();
  readonly #served = new Map<Id, Id | undefined>();
  readonly #refusals = new Map<Id, Refusals>();
  readonly #ended = new AbortController();

  constructor(deps: { readonly db: Db; readonly clock: Clock; readonly log: Log; readonly hub: string }) {
    this.#deps = deps;
  }

  /** Keeps how a Space is. */
  keep(space: Id, told: Told): void {
    const { db, hub } = this.#deps;
    const { serving, generation } = told;
    const begins = serving !== null && this.#served.get(space) !== serving.run;
    this.#served.set(space, serving?.run);
    this.#afterLast(space, async () => {
      await db.transaction(async (tx) => {
        const writer = new RunWriter(tx);
        const before = await writer.find(space);
        const counts = await writer.tell(space, hub, told);
        // A hub that was started anew hears again of a run that is on record.
        if (!counts || !begins || before?.told?.serving?.run === serving.run) return;
        const body = { run: serving.run, revision: serving.commit, generation };
        await record(tx, {
          kind: 'space.run-serves',
          subject: `repo:${space}`,
          ...referencesOf(RUNNING),
          body,
        });
      });
    });
  }

  /** Notes that nothing of a Space runs, and waits until that is kept. */
  async rest(space: Id): Promise<void> {
    this.#served.delete(space);
    this.#afterLast(space, async () => {
      await this.#deps.db.transaction((tx) => new RunWriter(tx).tellNothing(space));
    });
    await this.#last.get(space);
  }

  /** Records that a run ended, or that it was not let out somewhere. */
  note(noted: Noted): void {
    const { space, run, why } = noted;
    const body = noted.type === 'ended' ? { run, why } : this.#countRefusal(noted);
    if (body === undefined) return;
    const kind = noted.type === 'ended' ? 'space.run-ended' : 'space.egress-refused';
    const entry = { kind, subject: `repo:${space}`, ...referencesOf(RUNNING), body };
    this.#afterLast(space, async () => await this.#deps.db.transaction((tx) => record(tx, entry)));
  }

  /** What is recorded of a refusal; nothing where a program asks so much that the ledger would be full of it. */
  #countRefusal({
    space,
    run,
    host,
    why,
    count,
  }: Extract<Noted, { type: 'refused' }>): Record<string, string | number> | undefined {
    const minute = Math.floor(this.#deps.clock.now().getTime() / MINUTE_MS);
    const before = this.#refusals.get(space);
    const now = before?.minute === minute ? before : { minute, recorded: 0, left: 0 };
    this.#refusals.set(space, now);
    const left = before !== now ? (before?.left ?? 0) : 0;
    if (now.recorded >= MOST_REFUSALS) {
      now.left += count;
      return undefined;
    }
    now.recorded += 1;
    return { run, host, why, count, ...(left > 0 && { notNamedBefore: left }) };
  }

  #afterLast(space: Id, work: () => Promise<unknown>): void {
    const before = this.#last.get(space) ?? Promise.resolve();
    const mine = before.then(async () => await this.#try(work));
    this.#last.set(space, mine);
    void mine.finally(() => {
      if (this.#last.get(space) === mine) this.#last.delete(space);
    });
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    for (let left = TRIES; left > 0; left -= 1) {
      try {
        await work();
        return;
      } catch (err) {
        this.#deps.log.warn({ err, left }, 'what the runner said could not be kept; it is tried again');
        if (this.#ended.signal.aborted) return;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await Promise.all(this.#last.values());
  }
}
