// The only file that speaks SQL about the `secrets` schema.
import { type Kysely } from 'kysely';
import { type Tx } from '@holdfast/platform/postgres/database';

interface SecretTables {
  'secrets.told': { single: boolean; next: number };
}

/** Where the reading of the ledger is. */
export class ToldStore {
  readonly #db: Kysely<SecretTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<SecretTables>();
  }

  /** From where on; held until the transaction ends. */
  async hold(): Promise<number> {
    const { next } = await this.#db
      .selectFrom('secrets.told')
      .select('next')
      .forUpdate()
      .executeTakeFirstOrThrow();
    return next;
  }

  async put(next: number): Promise<void> {
    await this.#db.updateTable('secrets.told').set({ next }).execute();
  }
}
