// The SQL of likes.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Position } from '@holdfast/kernel/page';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type RepoType } from '#modules/access';
import { type RepoTables } from './tables.ts';

/** One like of a user. */
export interface Liked {
  readonly repoId: string;
  readonly type: RepoType;
  readonly fullName: string;
  readonly at: Date;
  /** `at` with the database's own precision, for cursors. */
  readonly instant: string;
}

type Tables = RepoTables & { 'identity.account': { id: Id; name: string; fullname: string } };

/** Reads and writes likes. */
export class LikeStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Db | Tx) {
    this.#db = db.withTables<Tables>();
  }

  /** Returns whether it is new. */
  async add(repoId: Id, userId: Id, at: Date): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('repos.liked')
      .values({ repo_id: repoId, user_id: userId, at })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 1n) return false;
    await this.#count(repoId, 1);
    return true;
  }

  /** Returns whether there was one. */
  async remove(repoId: Id, userId: Id): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('repos.liked')
      .where('repo_id', '=', repoId)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    if (numDeletedRows !== 1n) return false;
    await this.#count(repoId, -1);
    return true;
  }

  async listOfUser(
    userId: Id,
    page: { visibleTo: readonly string[]; after: Position | undefined; limit: number },
  ): Promise<Liked[]> {
    let select = this.#db
      .selectFrom('repos.liked as l')
      .innerJoin('repos.repo as r', 'r.id', 'l.repo_id')
      .select(['r.id', 'r.type', 'r.namespace', 'r.name', 'l.at'])
      .select(sql<string>`l.at::text`.as('instant'))
      .where('l.user_id', '=', userId)
      .where('r.deleted_at', 'is', null)
      // The likes of another tell nothing of private repositories.
      .where(sql<boolean>`(r.visibility <> 'private' or r.namespace_id = any(${page.visibleTo}::text[]))`);
    if (page.after !== undefined)
      select = select.where(
        sql<boolean>`(l.at, l.repo_id) < (${page.after.value}::timestamptz, ${page.after.id})`,
      );
    const rows = await select
      .orderBy('l.at', 'desc')
      .orderBy('l.repo_id', 'desc')
      .limit(page.limit)
      .execute();
    return rows.map((row) => ({
      repoId: row.id,
      type: row.type,
      fullName: `${row.namespace}/${row.name}`,
      at: row.at,
      instant: row.instant,
    }));
  }

  /** How many repositories a user likes, of those that everyone may see. */
  async countOfUser(userId: Id): Promise<number> {
    const row = await this.#db
      .selectFrom('repos.liked as l')
      .innerJoin('repos.repo as r', 'r.id', 'l.repo_id')
      .select((e) => e.fn.countAll<number>().as('n'))
      .where('l.user_id', '=', userId)
      .where('r.deleted_at', 'is', null)
      .where('r.visibility', '!=', 'private')
      .executeTakeFirst();
    return row?.n ?? 0;
  }

  async listOfRepo(repoId: Id): Promise<{ name: string; fullname: string }[]> {
    return await this.#db
      .selectFrom('repos.liked as l')
      .innerJoin('identity.account as a', 'a.id', 'l.user_id')
      .select(['a.name', 'a.fullname'])
      .where('l.repo_id', '=', repoId)
      .orderBy('l.at', 'desc')
      .limit(1000)
      .execute();
  }

  async #count(repoId: Id, by: 1 | -1): Promise<void> {
    await this.#db
      .updateTable('repos.repo')
      .set({
        likes: sql<number>`likes + ${by}`,
        likes_30d: sql<number>`greatest(0, likes_30d + ${by})`,
        trending: sql<number>`greatest(0, trending + ${by})`,
      })
      .where('id', '=', repoId)
      .execute();
  }
}
