// Rows of second factors, as far as a rotation of the root key encrypts them anew, and which of them were lost with one. The former are
// the hub's; the vault reads and writes there what it sealed, and nothing else.
import { sql, type Kysely } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
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
      .where(
        sql<boolean>`not exists (
        select from vault.lost_seed as l where l.user_id = second_factor.user_id and l.enrolment = second_factor.enrolment)`,
      )
      .orderBy('user_id')
      .limit(PAGE)
      .execute();
  }

  /** Users whose seed the vault sealed, and could open with the root key. */
  async listUsers(): Promise<string[]> {
    const { rows } = await sql<{ user: string }>`
      select f.user_id as "user" from sessions.second_factor as f
       where f.in_vault and octet_length(f.enrolment) = 24 and not exists (
         select from vault.lost_seed as l where l.user_id = f.user_id and l.enrolment = f.enrolment)
       order by 1`.execute(this.#db);
    return rows.map(({ user }) => user);
  }

  /** Marks all of them as lost. Gives their users. */
  async loseAll(): Promise<string[]> {
    const { rows } = await sql<{ user: string }>`
      insert into vault.lost_seed (user_id, enrolment)
      select user_id, enrolment from sessions.second_factor where in_vault and octet_length(enrolment) = 24
      on conflict do nothing returning user_id as "user"`.execute(this.#db);
    return rows.map(({ user }) => user);
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

/** Whether a seed was lost with a root key. */
export async function isLostSeed(
  db: Db,
  { user, enrolment }: { readonly user: string; readonly enrolment: string },
): Promise<boolean> {
  const row = await db
    .withTables<VaultTables>()
    .selectFrom('vault.lost_seed')
    .select('user_id')
    .where('user_id', '=', user)
    .where('enrolment', '=', enrolment)
    .executeTakeFirst();
  return row !== undefined;
}
