// The only file that speaks SQL about the change and the end of accounts' names.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { isUniqueViolation } from '@holdfast/platform/postgres/faults';
import { type Tx } from '@holdfast/platform/postgres/database';
import { nameTaken } from './faults.ts';
import { lookalikeKey, nameKey, type Account } from './model.ts';
import { type IdentityTables } from './tables.ts';

/** Changes names. */
export class NameStore {
  readonly #db: Kysely<IdentityTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<IdentityTables>();
  }

  /** Takes another name for an account; the old one leads to it. Throws `account.name-taken`. */
  async rename(account: Account, to: { readonly name: string; readonly fullname: string }): Promise<void> {
    await this.#leave(account.id, 'redirect');
    const key = nameKey(to.name);
    const own = await this.#db
      .updateTable('identity.name')
      .set({ state: 'live' })
      .where('key', '=', key)
      .where('account_id', '=', account.id)
      .executeTakeFirst();
    if (own.numUpdatedRows === 0n) await this.#take(account.id, to.name);
    await this.#db.updateTable('identity.account').set(to).where('id', '=', account.id).execute();
  }

  /** The organisations that a user administers. */
  async listOwned(userId: Id): Promise<{ orgId: Id; orgName: string }[]> {
    return await this.#db
      .selectFrom('identity.membership as m')
      .innerJoin('identity.account as o', 'o.id', 'm.org_id')
      .select(['m.org_id as orgId', 'o.name as orgName'])
      .where('m.user_id', '=', userId)
      .where('m.role', '=', 'admin')
      .orderBy('m.org_id')
      .execute();
  }

  /** Ends an account and what it belongs to; its mail address may be used again. */
  async end(id: Id, at: Date): Promise<void> {
    await this.#leave(id, 'tombstone');
    await this.#db
      .deleteFrom('identity.membership')
      .where((e) => e.or([e('org_id', '=', id), e('user_id', '=', id)]))
      .execute();
    await this.#db
      .updateTable('identity.account')
      .set({ disabled_at: at, deleted_at: at, signed_out_at: at })
      .set((e) => ({ email: null, password: null, administrator: false, fullname: e.ref('name') }))
      .where('id', '=', id)
      .execute();
  }

  async #leave(id: Id, state: 'redirect' | 'tombstone'): Promise<void> {
    await this.#db.updateTable('identity.name').set({ state }).where('account_id', '=', id).execute();
  }

  async #take(id: Id, name: string): Promise<void> {
    try {
      await this.#db
        .insertInto('identity.name')
        .values({ key: nameKey(name), lookalike: lookalikeKey(name), account_id: id, state: 'live' })
        .execute();
    } catch (error) {
      if (isUniqueViolation(error)) throw nameTaken(name);
      throw error;
    }
  }
}
