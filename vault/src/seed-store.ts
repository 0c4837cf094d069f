// Rows of second factors, as far as a rotation of the root key encrypts them anew. They are the hub's; the vault reads and writes there
// what it sealed, and nothing else.
import { type Kysely } from 'kysely';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type VaultTables } from './tables.ts';

const PAGE = 500;

/** Reads and replaces seeds. */
export class SeedWriter {
  readonly #db: Kysely<VaultTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<VaultTables>();
  }

  /** Some of the seeds that the vault sealed, of users behind this one. */
  async listAfter(user: string): Promise<{ readonly user: string; readonly sealed: Buffer }[]> {
    return await this.#db
      .selectFrom('sessions.second_factor')
      .select(['user_id as user', 'seed as sealed'])
      .where('in_vault', '=', true)
      .where('user_id', '>', user)
      .orderBy('user_id')
      .limit(PAGE)
      .execute();
  }

  /** Puts a seed in place of this one, if that is still there. */
  async replace(user: string, seed: { readonly sealed: Buffer; readonly by: Buffer }): Promise<void> {
    await this.#db
      .updateTable('sessions.second_factor')
      .set({ seed: seed.by })
      .where('user_id', '=', user)
      .where('seed', '=', seed.sealed)
      .execute();
  }
}
