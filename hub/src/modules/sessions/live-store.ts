// SQL that lists the sessions of all users, the newest first.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { LONGEST_IDLE_MS, type WebSession } from './model.ts';
import { toSession } from './store.ts';
import { type SessionTables } from './tables.ts';

/** A session and whose it is. */
export interface LiveSession {
  readonly session: WebSession;
  readonly userName: string;
}

/** Which sessions are wanted; what is absent does not matter. */
export interface LiveFilter {
  /** Of the user with this name. */
  readonly user?: string | undefined;
  readonly address?: string | undefined;
}

/** Further nobody counts: a page costs the same however large the hub is. */
const MOST_COUNTED = 10_000;

/** What is read of `identity`: whose a session is, and whether it outlives what ends all of theirs. */
type Tables = SessionTables & {
  'identity.account': { id: Id; name: string; disabled_at: Date | null; signed_out_at: Date | null };
  'identity.membership': { org_id: Id; user_id: Id };
};

/** Reads sessions that last. */
export class LiveReader {
  readonly #db: Kysely<Tables>;

  constructor(db: Db) {
    this.#db = db.withTables<Tables>();
  }

  /** A page of them, the newest first. */
  async list(
    { user, address }: LiveFilter,
    page: { readonly limit: number; readonly after?: string | undefined; readonly now: Date },
  ): Promise<Page<LiveSession>> {
    let query = this.#live(page.now)
      .selectAll('s')
      .select('a.name as user_name')
      .orderBy('s.id', 'desc')
      .limit(page.limit + 1);
    if (page.after !== undefined) query = query.where('s.id', '<', page.after as Id);
    if (user !== undefined)
      query = query.where(sql<string>`lower(a.name) collate "C"`, '=', user.toLowerCase());
    if (address !== undefined) query = query.where('s.address', '=', address);
    const rows = await query.execute();
    const items = rows
      .slice(0, page.limit)
      .map(({ user_name: userName, ...row }) => ({ session: toSession(row), userName }));
    const last = items.at(-1);
    return rows.length > page.limit && last !== undefined ? { items, next: last.session.id } : { items };
  }

  /** How many there are, counted no further than `MOST_COUNTED`. */
  async count(now: Date): Promise<number> {
    const { n } = await this.#db
      .selectFrom(this.#live(now).select('s.id').limit(MOST_COUNTED).as('some'))
      .select((e) => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    return n;
  }

  /** When these users, or the members of an organisation among them, signed in last, by id, as far as places are remembered. */
  async lastSignIns(userIds: readonly Id[], orgId?: Id): Promise<Map<string, Date>> {
    if (userIds.length === 0) return new Map();
    let query = this.#db
      .selectFrom('sessions.place')
      .select(['user_id', (e) => e.fn.max<Date>('last_at').as('at')])
      .where('user_id', 'in', [...userIds])
      .groupBy('user_id');
    if (orgId !== undefined)
      query = query.where((e) =>
        e.exists(
          e
            .selectFrom('identity.membership as m')
            .select('m.user_id')
            .where('m.org_id', '=', orgId)
            .whereRef('m.user_id', '=', 'sessions.place.user_id'),
        ),
      );
    const rows = await query.execute();
    return new Map(rows.map(({ user_id: id, at }) => [id, at]));
  }

  // As `isLive` has it.
  #live(now: Date) {
    return this.#db
      .selectFrom('sessions.session as s')
      .innerJoin('identity.account as a', 'a.id', 's.user_id')
      .where('s.ended_at', 'is', null)
      .where('s.expires_at', '>', now)
      .where('s.seen_at', '>=', new Date(now.getTime() - LONGEST_IDLE_MS))
      .where('a.disabled_at', 'is', null)
      .where(sql<boolean>`(a.signed_out_at is null or s.proved_at > a.signed_out_at)`);
  }
}
