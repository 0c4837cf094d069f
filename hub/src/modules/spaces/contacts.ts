// Records whom runs reached, so that it can be asked where somebody who held a secret could have copied it. The first time that a run
// reaches a host is on the ledger within two seconds, counts within ten minutes and at its end; entries are few, however many hosts an
// app calls and however often. Invariant: of what a runner makes up of Spaces that are not this hub's nothing is recorded.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { EntrySearch, readBody, record } from '#modules/ledger';
import { Reached, type Contact, type ToldContacts } from './contacts-model.ts';
import { PassedWriter } from './passed-store.ts';
import { readContacts } from './recorded-contacts.ts';
import { RunReader } from './run-store.ts';
import { StartedRunReader } from './started-run-store.ts';

interface Deps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly hub: string;
}

const LOOK_MS = 500;
/** Runs that are remembered; a runner that was taken over does not fill the memory. */
const MOST_RUNS = 2_000;
/** Entries about one Space in a minute. What there is no room for waits for the next one, and comes together. */
const MOST_ENTRIES = 30;
const MINUTE_MS = 60_000;
/** Row and entry of a start are of one transaction; the one has the time when it began. */
const START_MS = 60_000;
/** More starts than a Space has in that time. */
const MOST_STARTS = 200;
/** Failures after which a look is over. */
const MOST_FAILED = 3;

interface Known {
  readonly space: Id;
  readonly reached: Reached;
  /** The Space is, or was, this hub's, or the run was. */
  isOurs: boolean;
  /** What is on record is known. */
  isMet: boolean;
}

/** Whom the runs of this hub reached. */
export class Contacts implements AsyncDisposable {
  readonly #deps: Deps;
  readonly #runs = new Map<Id, Known>();
  readonly #entries = new Map<Id, { readonly minute: number; count: number }>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Takes what the runner says. */
  hear(told: ToldContacts, isOurs: boolean): void {
    const known = this.#runs.get(told.run);
    if (known === undefined && this.#runs.size >= MOST_RUNS) return;
    const run = known ?? { space: told.space, reached: new Reached(), isOurs, isMet: false };
    if (run.space !== told.space) return;
    run.isOurs ||= isOurs;
    this.#runs.set(told.run, run);
    run.reached.hear(told);
  }

  /** A run has ended. */
  end(run: Id): void {
    this.#runs.get(run)?.reached.end();
  }

  /** All have ended with their runner. */
  endAll(): void {
    for (const { reached } of this.#runs.values()) reached.end();
  }

  #look(): void {
    if (this.#runs.size === 0) return;
    this.#looking ??= this.#lookOnce().finally(() => (this.#looking = undefined));
  }

  async #lookOnce(): Promise<void> {
    let failed = 0;
    for (const [run, known] of [...this.#runs])
      try {
        await this.#keep(run, known);
        if (known.reached.isDone) this.#runs.delete(run);
      } catch (err) {
        this.#deps.log.warn({ err, run }, 'whom a run reached could not be kept; it is tried again');
        // Behind all others, so that what one runner said is in the way of no other run. It may also be the database that is away.
        this.#runs.delete(run);
        this.#runs.set(run, known);
        failed += 1;
        if (failed >= MOST_FAILED) return;
      }
  }

  async #keep(run: Id, known: Known): Promise<void> {
    const { db, clock } = this.#deps;
    const { space, reached } = known;
    if (!known.isOurs && !(await this.#isOurs(run, space))) {
      this.#runs.delete(run);
      return;
    }
    known.isOurs = true;
    if (!known.isMet) {
      const { hosts, unanswered } = await readContacts(db, run);
      reached.meet(hosts, unanswered);
      known.isMet = true;
    }
    const now = clock.now().getTime();
    for (
      let due = reached.due(now);
      due !== undefined && this.#mayRecord(space, now);
      due = reached.due(now)
    ) {
      const body = bodyOf(run, due);
      const entry = {
        kind: 'space.contacted',
        subject: `repo:${space}`,
        actor: `run:${run}`,
        credential: '',
        body,
      };
      const passed = { space, run, at: clock.now(), ...reached.passedWith(due.hosts) };
      await db.transaction(async (tx) => {
        await new PassedWriter(tx).keep(passed);
        await record(tx, entry);
      });
      reached.record(due, now);
    }
  }

  // Where the Space went to another hub while this one was away, it is told of what its run reached for this one: that this hub let it
  // start is on record, and a runner cannot make it up.
  async #isOurs(run: Id, space: Id): Promise<boolean> {
    const { db, hub } = this.#deps;
    if ((await new RunReader(db).find(space))?.holder === hub) return true;
    const start = (await new StartedRunReader(db).findStart(run, hub))?.getTime();
    if (start === undefined) return false;
    const within = { since: new Date(start - START_MS), until: new Date(start + START_MS) };
    const filter = { subject: `repo:${space}`, kind: 'run.started', ...within };
    const { items } = await new EntrySearch(db).list(filter, { limit: MOST_STARTS });
    return items.some(({ body }) => readBody(body)['run'] === run);
  }

  #mayRecord(space: Id, now: number): boolean {
    const minute = Math.floor(now / MINUTE_MS);
    for (const [id, entries] of this.#entries) if (entries.minute !== minute) this.#entries.delete(id);
    const entries = this.#entries.get(space) ?? { minute, count: 0 };
    this.#entries.set(space, entries);
    if (entries.count >= MOST_ENTRIES) return false;
    entries.count += 1;
    return true;
  }

  /** Records what is due by now. The rest is told to the next hub. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#lookOnce();
  }
}

function bodyOf(
  run: Id,
  { hosts, unanswered }: { readonly hosts: readonly Contact[]; readonly unanswered: number },
) {
  const shown = hosts.map(({ host, port, first, last, connections, sentBytes, receivedBytes }) => ({
    ...{ host, port, connections, sentBytes, receivedBytes },
    first: new Date(first).toISOString(),
    last: new Date(last).toISOString(),
  }));
  return { run, hosts: shown, unanswered };
}
