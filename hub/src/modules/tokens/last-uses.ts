// When, from where and with what tokens were last used: gathered in memory, written every few seconds, with a mail to the owner where a
// network is new. What could not be written waits for the next time: whoever stole a token may use it only once.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { networkOf } from '@holdfast/kernel/network';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { isDatabaseAway } from '@holdfast/platform/postgres/faults';
import { writeMail } from '#modules/mail';
import { type LastUse, type Token } from './model.ts';
import { NetworkWriter } from './network-store.ts';
import { TokenWriter } from './store.ts';

const MOST_WAITING = 10_000;
const TOUCH_EVERY_MS = 60_000;
/** What could not be written for so long, though the database is there, never will be: its token is gone. */
const LONGEST_WAIT_MS = 3_600_000;
/** Of a token that is used from ever new networks its owner is told so often a day, by each hub. */
const MOST_MAILS = 5;

/** A use that waits to be written. */
interface Noted {
  readonly token: Token;
  readonly use: LastUse;
}
type Waiting = readonly [key: string, noted: Noted];

/** Notes last uses. */
export class LastUses {
  readonly #db: Db;
  readonly #clock: Clock;
  /** When a token was last noted from an address, by both. */
  readonly #touched = new Map<string, number>();
  readonly #waiting = new Map<string, Noted>();
  readonly #told = new Map<Id, { readonly day: string; count: number }>();

  constructor(deps: { db: Db; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  /** Remembers that a token was used; written at most once a minute for each address. */
  note(token: Token, address: string, client: string): void {
    const at = this.#clock.now();
    const key = `${token.id} ${address}`;
    const before = this.#touched.get(key) ?? 0;
    if (at.getTime() - before < TOUCH_EVERY_MS) return;
    if (this.#waiting.size >= MOST_WAITING) return;
    if (this.#touched.size >= MOST_WAITING) this.#touched.clear();
    this.#touched.set(key, at.getTime());
    this.#waiting.set(key, { token, use: { at, address, client: client.slice(0, 200) } });
  }

  /** Writes what waits, and tells of new networks. What cannot be written waits on, and keeps none of another token; throws then. */
  async flush(): Promise<void> {
    const all = [...this.#waiting].toSorted(inOrder);
    this.#waiting.clear();
    if (all.length === 0) return;
    try {
      await this.#write(all);
    } catch (error) {
      if (isDatabaseAway(error)) {
        this.#putBack(all);
        throw error;
      }
      await this.#writeEach(all);
    }
  }

  async #writeEach(all: readonly Waiting[]): Promise<void> {
    const failures: unknown[] = [];
    for (const [index, one] of all.entries())
      try {
        await this.#write([one]);
      } catch (error) {
        failures.push(error);
        if (isDatabaseAway(error)) {
          this.#putBack(all.slice(index));
          break;
        }
        const age = this.#clock.now().getTime() - one[1].use.at.getTime();
        if (age < LONGEST_WAIT_MS) this.#putBack([one]);
      }
    if (failures.length > 0)
      throw new AggregateError(failures, 'not all last uses of tokens could be written');
  }

  // A later use from there is the last one, and was noted meanwhile.
  #putBack(all: readonly Waiting[]): void {
    for (const [key, one] of all)
      if (this.#waiting.size < MOST_WAITING && !this.#waiting.has(key)) this.#waiting.set(key, one);
  }

  async #write(all: readonly Waiting[]): Promise<void> {
    const told: Id[] = [];
    await this.#db.transaction(async (tx) => {
      for (const [, { token, use }] of all) {
        await new TokenWriter(tx).touch(token.id, use);
        const network = networkOf(use.address);
        const isNew = await new NetworkWriter(tx).note(token.id, network, use.at);
        const before = this.#toldOn(dayOf(use.at), token.id) + told.filter((id) => id === token.id).length;
        if (!isNew || before >= MOST_MAILS) continue;
        await tellOf(tx, token, use, network);
        told.push(token.id);
      }
    });
    // Counted once they are written: what was taken back is told when it is tried again.
    const day = dayOf(this.#clock.now());
    if (this.#told.size >= MOST_WAITING) this.#told.clear();
    for (const id of told) this.#told.set(id, { day, count: this.#toldOn(day, id) + 1 });
  }

  #toldOn(day: string, tokenId: Id): number {
    const told = this.#told.get(tokenId);
    return told?.day === day ? told.count : 0;
  }
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

// By token, so that two hubs seldom wait for each other in a circle, and of one token the last use last.
function inOrder([, a]: Waiting, [, b]: Waiting): number {
  if (a.token.id !== b.token.id) return a.token.id < b.token.id ? -1 : 1;
  return a.use.at.getTime() - b.use.at.getTime();
}

// oxlint-disable-next-line max-params -- whose mail it is, and of what
async function tellOf(tx: Tx, token: Token, use: LastUse, network: string): Promise<void> {
  const { address, client } = use;
  const facts = { kind: 'token-used', token: token.name, address, client, at: use.at.toISOString() } as const;
  const event = `token.new-network:${token.id}:${network}`;
  await writeMail(tx, { event, recipientId: token.userId, facts, at: use.at });
}
