// SQL that lists the tokens of all users, the newest first.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { type LastUse, type Token } from './model.ts';
import { toLastUse, toToken } from './store.ts';
import { type TokenTables } from './tables.ts';

/** A token, whose it is, and when it was last used. */
export interface OwnedToken {
  readonly token: Token;
  readonly ownerName: string;
  readonly lastUse: LastUse | null;
}

/** Which tokens are wanted; what is absent does not matter. */
export interface TokenFilter {
  readonly owner?: string | undefined;
  /** From where it was used last. */
  readonly address?: string | undefined;
  /** `classic` and `unused` are of those that live; `unused`: for ninety days. */
  readonly only?: 'live' | 'classic' | 'unused' | 'ended' | undefined;
}

/** How many live, and how many of them are classic; counted no further than `MOST_COUNTED`. */
export interface TokenCounts {
  readonly live: number;
  readonly classic: number;
  readonly unused: number;
}

/** Further nobody counts: a page costs the same however large the hub is. */
const MOST_COUNTED = 10_000;
const UNUSED_MS = 90 * 86_400_000;

type Tables = TokenTables & { 'identity.account': { id: Id; name: string } };

/** Reads tokens of everybody. */
export class AllTokensReader {
  readonly #db: Kysely<Tables>;
  readonly #now: Date;

  constructor(db: Db, now: Date) {
    this.#db = db.withTables<Tables>();
    this.#now = now;
  }

  /** A page of them, the newest first. */
  async list(
    { owner, address, only }: TokenFilter,
    { limit, after }: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<Page<OwnedToken>> {
    let query = this.#db
      .selectFrom('tokens.token as t')
      .innerJoin('identity.account as a', 'a.id', 't.user_id')
      .selectAll('t')
      .select('a.name as owner_name')
      .orderBy('t.id', 'desc')
      .limit(limit + 1);
    if (after !== undefined) query = query.where('t.id', '<', after as Id);
    if (owner !== undefined)
      query = query.where(sql<string>`lower(a.name) collate "C"`, '=', owner.toLowerCase());
    if (address !== undefined) query = query.where('t.last_address', '=', address);
    if (only !== undefined)
      query = query.where(only === 'ended' ? sql<boolean>`not ${this.#live()}` : this.#live());
    if (only === 'classic') query = query.where(this.#classic());
    if (only === 'unused') query = query.where(this.#unused());
    const rows = await query.execute();
    const items = rows.slice(0, limit).map(({ owner_name: ownerName, ...row }) => ({
      token: toToken(row),
      ownerName,
      lastUse: toLastUse(row),
    }));
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.token.id } : { items };
  }

  /** How many there are. */
  async count(): Promise<TokenCounts> {
    const some = this.#db
      .selectFrom('tokens.token as t')
      .selectAll('t')
      .where(this.#live())
      .limit(MOST_COUNTED)
      .as('t');
    return await this.#db
      .selectFrom(some)
      .select([
        sql<number>`count(*)`.as('live'),
        sql<number>`count(*) filter (where ${this.#classic()})`.as('classic'),
        sql<number>`count(*) filter (where ${this.#unused()})`.as('unused'),
      ])
      .executeTakeFirstOrThrow();
  }

  #live() {
    return sql<boolean>`(t.revoked_at is null and (t.expires_at is null or t.expires_at > ${this.#now}))`;
  }

  #classic() {
    return sql<boolean>`t.grant_ ->> 'role' <> 'fineGrained'`;
  }

  #unused() {
    const before = new Date(this.#now.getTime() - UNUSED_MS);
    return sql<boolean>`coalesce(t.last_used_at, t.created_at) < ${before}`;
  }
}
