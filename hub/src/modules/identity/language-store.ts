// SQL about the language that a user chose.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type Language } from '#modules/mail';
import { type IdentityTables } from './tables.ts';

/** Changes it. */
export class LanguageWriter {
  readonly #db: Kysely<IdentityTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<IdentityTables>();
  }

  /** Returns whether it was another before. */
  async set(userId: Id, language: Language): Promise<boolean> {
    const result = await this.#db
      .updateTable('identity.account')
      .set({ language })
      .where('id', '=', userId)
      .where('language', '!=', language)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }
}
