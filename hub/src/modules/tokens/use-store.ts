// The only file that speaks SQL about what tokens were used for.
import { type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type GrantUse } from '#modules/access';
import { type TokenTables } from './tables.ts';

/** A thing that a token was used on, and the permission it took. */
export type UsedThing = Pick<GrantUse, 'entity' | 'permission'>;

/** Reads and notes what tokens were used for. */
export class UseStore {
  readonly #db: Kysely<TokenTables>;

  constructor(db: Db | Tx) {
    this.#db = db.withTables<TokenTables>();
  }

  /** What a token was used for, by name. */
  async listOf(tokenId: Id): Promise<UsedThing[]> {
    const rows = await this.#db
      .selectFrom('tokens.used')
      .selectAll()
      .where('token_id', '=', tokenId)
      .orderBy('entity_type')
      .orderBy('entity_name')
      .orderBy('permission')
      .execute();
    return rows.map(({ entity_type: type, entity_id: id, entity_name: name, permission }) => ({
      entity: { type, id, name },
      permission,
    }));
  }

  /** Notes a use, or that it happened again. Returns whether it is a new one. */
  async put(tokenId: Id, { entity, permission }: UsedThing, at: Date): Promise<boolean> {
    const row = {
      token_id: tokenId,
      entity_id: entity.id,
      entity_type: entity.type,
      entity_name: entity.name,
      ...{ permission, last_at: at },
    };
    const again = await this.#db
      .updateTable('tokens.used')
      .set({ entity_name: entity.name, last_at: at })
      .where('token_id', '=', tokenId)
      .where('entity_id', '=', entity.id)
      .where('permission', '=', permission)
      .executeTakeFirst();
    if (again.numUpdatedRows > 0n) return false;
    await this.#db
      .insertInto('tokens.used')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return true;
  }
}
