// Signing out by what the browser has: whoever has a session may throw it away, also while the database is away.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { record } from '#modules/ledger';
import { type Removals } from '#modules/removals';
import { digestValue, sealedFields } from './model.ts';
import { SessionWriter } from './store.ts';

/** Ends sessions that nobody is looked up for. */
export class SignOut {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #keys: Keys;
  readonly #removals: Pick<Removals, 'doOrTake'>;

  constructor(deps: { db: Db; clock: Clock; keys: Keys; removals: Pick<Removals, 'doOrTake'> }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#keys = deps.keys;
    this.#removals = deps.removals;
  }

  /** Ends the session with this value. While the database is away it is taken, and counts here at once. */
  async end(value: string): Promise<void> {
    const digest = digestValue(value);
    if (digest === undefined) return;
    const act = async (): Promise<void> => await this.#end(digest, this.#clock.now(), {});
    await this.#removals.doOrTake(act, { kind: 'sign-out', digest }, 'unproved');
  }

  /** Ends the session whose user signed out at that time, while the database was away. */
  async endTaken(digest: Sha256, takenAt: Date): Promise<void> {
    await this.#end(digest, takenAt, { takenAt: takenAt.toISOString() });
  }

  // A value that opens nothing, or nothing any more, is nothing to end.
  async #end(digest: Sha256, at: Date, more: { readonly takenAt?: string }): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const writer = new SessionWriter(tx);
      const found = await writer.findByDigest(digest);
      if (found === undefined) return;
      const { id, userId } = found.session;
      if (!this.#keys.verifies('session-row', sealedFields(found.session), found.mac)) return;
      if (!(await writer.end(id, userId, at))) return;
      await record(tx, {
        kind: 'session.ended',
        subject: `session:${id}`,
        actor: `user:${userId}`,
        credential: `session:${id}`,
        body: { user: userId, ...more },
      });
    });
  }
}
