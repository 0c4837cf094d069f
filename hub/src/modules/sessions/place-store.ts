// SQL about the places from which users signed in.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type SessionTables } from './tables.ts';

/** How a network stands to a user. `first`: they have signed in from nowhere before. */
export type PlaceStanding = 'first' | 'known' | 'new';

/** So long a place is known after a sign-in. */
const KNOWN_MS = 180 * 86_400_000;

/** Looks at places. */
export class PlaceReader {
  readonly #db: Kysely<SessionTables>;

  constructor(db: Db) {
    this.#db = db.withTables<SessionTables>();
  }

  /**
   * Whether a user signed in from this network not too long ago, and with the second factor that they have since then: who came with their
   * password alone, before there was one, may have been anybody who knew it.
   */
  async isKnown(
    userId: Id,
    { network, now, since }: { readonly network: string; readonly now: Date; readonly since: Date | null },
  ): Promise<boolean> {
    const from = Math.max(now.getTime() - KNOWN_MS, since?.getTime() ?? 0);
    const row = await this.#db
      .selectFrom('sessions.place')
      .select('network')
      .where('user_id', '=', userId)
      .where('network', '=', network)
      .where('last_at', '>=', new Date(from))
      .executeTakeFirst();
    return row !== undefined;
  }
}

/** Notes places, in the transaction of a sign-in. */
export class PlaceWriter {
  readonly #db: Kysely<SessionTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<SessionTables>();
  }

  /** Notes a sign-in from a network. */
  async note(userId: Id, network: string, now: Date): Promise<PlaceStanding> {
    await this.#db
      .deleteFrom('sessions.place')
      .where('user_id', '=', userId)
      .where('last_at', '<', new Date(now.getTime() - KNOWN_MS))
      .execute();
    const before = await this.#db
      .selectFrom('sessions.place')
      .select('network')
      .where('user_id', '=', userId)
      .execute();
    await this.#db
      .insertInto('sessions.place')
      .values({ user_id: userId, network, last_at: now })
      .onConflict((conflict) => conflict.columns(['user_id', 'network']).doUpdateSet({ last_at: now }))
      .execute();
    if (before.length === 0) return 'first';
    return before.some((place) => place.network === network) ? 'known' : 'new';
  }
}
