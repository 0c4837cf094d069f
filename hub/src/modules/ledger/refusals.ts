// Refused calls: the first of a sort from an address in a minute gets an entry soon after, the rest are counted in one
// more when the minute is over, so that nobody can drown the ledger. Nobody waits for it: a refusal gives nothing away.
// Invariant: memory and entries are bounded, however many addresses call and for however long the database is away.
import { type Clock } from '@holdfast/kernel/clock';
import { type Db } from '@holdfast/platform/postgres/database';
import { record } from './ledger.ts';
import { type Entry } from './model.ts';

/** One refused call. */
export interface Refusal {
  /** The code of the refusal, of a closed set. */
  readonly code: string;
  readonly actor: string;
  readonly credential: string;
  readonly address: string;
}

const MINUTE_MS = 60_000;
/** Senders who are told apart in a minute; of the others it is counted how often which code was answered. */
const MOST_SENDERS = 300;
/** What waits to be written while the database is away; what comes then is counted in one number. */
const MOST_WAITING = 2_000;
/** Entries in one transaction, which holds a chain of the ledger. */
const BATCH = 100;

interface Counted {
  readonly refusal: Refusal;
  readonly minute: number;
  count: number;
  /** How many of them are in an entry, or about to be. */
  recorded: number;
}

/** Counts refusals, and records them when it is flushed. */
export class Refusals {
  readonly #db: Pick<Db, 'transaction'>;
  readonly #clock: Clock;
  #minute = 0;
  #counted = new Map<string, Counted>();
  #waiting: Entry[] = [];
  #lost = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: { db: Pick<Db, 'transaction'>; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  /** Notes a refusal, in memory. */
  note(refusal: Refusal): void {
    this.#turnMinute();
    const { code, address, credential, actor } = refusal;
    const key = `${code}\n${address}\n${credential}`;
    const own = this.#counted.get(key);
    if (own !== undefined) own.count += 1;
    else if (this.#counted.size < MOST_SENDERS) this.#begin(key, { code, address, credential, actor });
    else this.#noteAmongMany(code);
  }

  /** Writes what is to be recorded by now. Rejects when it cannot; then it is kept, and written with the next flush. */
  async flush(): Promise<void> {
    this.#turnMinute();
    for (const counted of this.#counted.values()) if (counted.recorded === 0) this.#queue(counted);
    await this.#write();
  }

  /** Writes everything, also what of this minute was only counted: before the process ends. */
  async close(): Promise<void> {
    this.#endMinute();
    await this.#write();
  }

  #begin(key: string, refusal: Refusal): void {
    this.#counted.set(key, { refusal, minute: this.#minute, count: 1, recorded: 0 });
  }

  #noteAmongMany(code: string): void {
    const many = this.#counted.get(code);
    if (many !== undefined) many.count += 1;
    else this.#begin(code, { code, address: 'many', credential: '', actor: 'anonymous' });
  }

  #turnMinute(): void {
    const minute = Math.floor(this.#clock.now().getTime() / MINUTE_MS);
    if (minute === this.#minute) return;
    this.#endMinute();
    this.#minute = minute;
  }

  #endMinute(): void {
    for (const counted of this.#counted.values()) if (counted.count > counted.recorded) this.#queue(counted);
    this.#counted = new Map();
  }

  #queue(counted: Counted): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(entryOf(counted));
    else this.#lost += counted.count - counted.recorded;
    counted.recorded = counted.count;
  }

  // One after the other, so that nothing is written twice.
  async #write(): Promise<void> {
    const before = this.#writing;
    this.#writing = (async () => {
      await before.catch(() => undefined);
      await this.#writeWaiting();
    })();
    await this.#writing;
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0 || this.#lost > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      const lost = this.#lost;
      await this.#db.transaction(async (tx) => {
        for (const entry of batch) await record(tx, entry);
        if (lost > 0) await record(tx, lostEntry(lost));
      });
      this.#waiting.splice(0, batch.length);
      this.#lost -= lost;
    }
  }
}

function entryOf({ refusal, minute, count, recorded }: Counted): Entry {
  const { code, actor, credential, address } = refusal;
  return {
    kind: recorded === 0 ? 'refusal.noted' : 'refusal.repeated',
    subject: 'instance',
    actor,
    credential,
    body: { code, count: count - recorded, minute: new Date(minute * MINUTE_MS).toISOString() },
    personal: { address },
  };
}

/** Says how many refusals there was no room for while the database was away. */
function lostEntry(count: number): Entry {
  return {
    kind: 'refusal.lost',
    subject: 'instance',
    actor: 'system:refusals',
    credential: '',
    body: { count },
  };
}
