// SQL about what users say of themselves.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type IdentityTables } from './tables.ts';

/** Changes it. */
export class ProfileWriter {
  readonly #db: Kysely<IdentityTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<IdentityTables>();
  }

  /** Sets a user's full name, or for an empty one the user name in its place. Returns whether it was another before. */
  async setFullname(userId: Id, wish: string): Promise<boolean> {
    const fullname = sql<string>`coalesce(nullif(${wish}::text, ''), name)`;
    const result = await this.#db
      .updateTable('identity.account')
      .set({ fullname })
      .where('id', '=', userId)
      .where('fullname', '!=', fullname)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }
}
