// SQL that lists users for who looks after all of them, the newest first.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Account } from './model.ts';
import { toAccount } from './store.ts';
import { type IdentityTables } from './tables.ts';

/** A user, and since when they have a second factor. */
export interface Person {
  readonly account: Account;
  readonly secondFactorAt: Date | null;
}

/** Which users are wanted; what is absent does not matter. */
export interface PeopleFilter {
  /** How the name begins, or a whole mail address. */
  readonly name?: string | undefined;
  readonly only?: 'disabled' | 'administrators' | 'without-factor' | undefined;
}

/** How many there are; none is counted further than `MOST_COUNTED`. */
export interface PeopleCounts {
  readonly users: number;
  readonly disabled: number;
  readonly administrators: number;
  readonly withoutFactor: number;
}

/** Further nobody counts: a page costs the same however large the hub is. */
const MOST_COUNTED = 10_000;

/** Reads users. */
export class PeopleReader {
  readonly #db: Kysely<IdentityTables>;

  constructor(db: Db) {
    this.#db = db.withTables<IdentityTables>();
  }

  /** A page of users, the newest first. */
  async list(
    { name, only }: PeopleFilter,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page<Person>> {
    let query = this.#users()
      .orderBy('id', 'desc')
      .limit(limit + 1);
    if (after !== undefined) query = query.where('id', '<', after as Id);
    if (only === 'disabled') query = query.where('disabled_at', 'is not', null);
    if (only === 'administrators') query = query.where('administrator', '=', true);
    if (only === 'without-factor')
      query = query.where('second_factor_at', 'is', null).where('disabled_at', 'is', null);
    if (name !== undefined) {
      const sought = name.toLowerCase();
      query = query.where(
        sql<boolean>`(starts_with(lower(name) collate "C", ${sought}) or lower(email) = ${sought})`,
      );
    }
    const rows = await query.execute();
    const items = rows.slice(0, limit).map(toPerson);
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.account.id } : { items };
  }

  /** One user by id. */
  async findById(id: Id): Promise<Person | undefined> {
    const row = await this.#users().where('id', '=', id).executeTakeFirst();
    return row && toPerson(row);
  }

  /** The names of these accounts, by id. */
  async namesOf(ids: readonly Id[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('identity.account')
      .select(['id', 'name'])
      .where('id', 'in', [...ids])
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** How many there are. */
  async count(): Promise<PeopleCounts> {
    const some = this.#users().orderBy('id', 'desc').limit(MOST_COUNTED).as('some');
    return await this.#db
      .selectFrom(some)
      .select([
        sql<number>`count(*)`.as('users'),
        sql<number>`count(*) filter (where disabled_at is not null)`.as('disabled'),
        sql<number>`count(*) filter (where administrator and disabled_at is null)`.as('administrators'),
        sql<number>`count(*) filter (where second_factor_at is null and disabled_at is null)`.as(
          'withoutFactor',
        ),
      ])
      .executeTakeFirstOrThrow();
  }

  #users() {
    return this.#db
      .selectFrom('identity.account')
      .selectAll()
      .where('kind', '=', 'user')
      .where('deleted_at', 'is', null);
  }
}

function toPerson(row: Parameters<typeof toAccount>[0] & { readonly second_factor_at: Date | null }): Person {
  return { account: toAccount(row), secondFactorAt: row.second_factor_at };
}
