// SQL about the members of one organisation, for who administers it.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Role } from '#modules/access';
import { type IdentityTables } from './tables.ts';

/** A member, and how they stand. Their mail address is nobody's here. */
export interface OrgPerson {
  readonly id: Id;
  readonly name: string;
  readonly role: Role;
  readonly since: Date;
  readonly isDisabled: boolean;
  readonly secondFactorAt: Date | null;
}

/** How many there are; none is counted further than `MOST_COUNTED`. */
export interface OrgCounts {
  readonly members: number;
  readonly owners: number;
  readonly withoutFactor: number;
}

/** Further nobody counts: a page costs the same however large the organisation is. */
const MOST_COUNTED = 10_000;

/** Reads members. */
export class OrgPeopleReader {
  readonly #db: Kysely<IdentityTables>;

  constructor(db: Db) {
    this.#db = db.withTables<IdentityTables>();
  }

  /** A page of them, in the order of their ids. */
  async list(
    orgId: Id,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page<OrgPerson>> {
    let query = this.#members(orgId)
      .orderBy('m.user_id')
      .limit(limit + 1);
    if (after !== undefined) query = query.where('m.user_id', '>', after as Id);
    const rows = await query.execute();
    const items = rows.slice(0, limit).map((row) => ({
      ...{ id: row.id, name: row.name, role: row.role, since: row.since },
      ...{ isDisabled: row.disabled_at !== null, secondFactorAt: row.second_factor_at },
    }));
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.id } : { items };
  }

  /** How many there are. */
  async count(orgId: Id): Promise<OrgCounts> {
    return await this.#db
      .selectFrom(this.#members(orgId).limit(MOST_COUNTED).as('some'))
      .select([
        sql<number>`count(*)`.as('members'),
        sql<number>`count(*) filter (where role = 'admin')`.as('owners'),
        sql<number>`count(*) filter (where second_factor_at is null)`.as('withoutFactor'),
      ])
      .executeTakeFirstOrThrow();
  }

  /** Which of these users belong to it, and since when. */
  async membersAmong(orgId: Id, userIds: readonly Id[]): Promise<Map<Id, Date>> {
    if (userIds.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('identity.membership')
      .select(['user_id', 'since'])
      .where('org_id', '=', orgId)
      .where('user_id', 'in', [...userIds])
      .execute();
    return new Map(rows.map(({ user_id: id, since }) => [id, since]));
  }

  #members(orgId: Id) {
    return this.#db
      .selectFrom('identity.membership as m')
      .innerJoin('identity.account as a', 'a.id', 'm.user_id')
      .select(['a.id', 'a.name', 'a.disabled_at', 'a.second_factor_at', 'm.role', 'm.since'])
      .where('m.org_id', '=', orgId);
  }
}
