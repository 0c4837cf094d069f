// SQL about one member of an organisation, and about names that are free.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type Role } from '#modules/access';
import { lookalikeKey, nameKey } from './model.ts';
import { type IdentityTables } from './tables.ts';

/** Looks before something is written. */
export class MemberReader {
  readonly #db: Kysely<IdentityTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<IdentityTables>();
  }

  /** What a user is in an organisation, with or without the second factor that it asks for. */
  async findRole(orgId: Id, userId: Id): Promise<Role | undefined> {
    const row = await this.#db
      .selectFrom('identity.membership')
      .select('role')
      .where('org_id', '=', orgId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return row?.role;
  }

  /** Whether nobody has, had or is mistaken for this name. */
  async isFree(name: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('identity.name')
      .select('key')
      .where((e) => e.or([e('key', '=', nameKey(name)), e('lookalike', '=', lookalikeKey(name))]))
      .executeTakeFirst();
    return row === undefined;
  }
}
