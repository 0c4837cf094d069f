// Rows of second factors, as far as a rotation of the root key encrypts them anew. They are the hub's; the vault reads and writes there
// what it sealed, and nothing else.
import { sql, type Kysely } from 'kysely';
import { type Tx } from '@holdfast/platform/postgres/database';
import { MOST_KEPT_SEED } from './frames.ts';
import { type VaultTables } from './tables.ts';

const PAGE = 500;

/** A seed as it stands in the hub's table. */
export interface KeptSeed {
  readonly user: string;
  readonly enrolment: string;
  readonly sealed: Buffer;
}

/** Reads and replaces seeds. */
export class SeedWriter {
  readonly #db: Kysely<VaultTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<VaultTables>();
  }

  /**
   * Some of the seeds that the vault sealed, of users behind this one. Those that are too long for one are left where they are: the
   * hub's role may write any size, and a page of them would be all of the memory.
   */
  async listAfter(user: string): Promise<KeptSeed[]> {
    return await this.#db
      .selectFrom('sessions.second_factor')
      .select(['user_id as user', 'enrolment', 'seed as sealed'])
      .where('in_vault', '=', true)
      .where('user_id', '>', user)
      .where(sql<number>`octet_length(seed)`, '<=', MOST_KEPT_SEED)
      .where(sql<number>`octet_length(enrolment)`, '=', 24)
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
