// SQL that lists the Spaces that run programs, the newest first, by their names.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { pageOf, walkOf, type WalkedSpace } from './org-walk-store.ts';
import { type SpaceTables } from './tables.ts';

/** A Space that runs a program, and how it is. */
export interface ListedProgram {
  readonly id: Id;
  readonly name: string;
  readonly stage: string | null;
}

/** Reads them. */
export class ProgramReader {
  readonly #db: Kysely<SpaceTables>;

  constructor(db: Db) {
    this.#db = db.withTables<SpaceTables>();
  }

  /** A page of them. */
  async list({
    limit,
    after,
  }: {
    readonly limit: number;
    readonly after?: Id | undefined;
  }): Promise<Page<ListedProgram>> {
    const { rows } = await sql<ListedProgram>`
      select s.repo_id as id, r.namespace || '/' || r.name as name, s.stage
        from spaces.run s join repos.repo r on r.id = s.repo_id and r.deleted_at is null
       where s.program and ${after === undefined ? sql`true` : sql`s.repo_id < ${after}`}
       order by s.repo_id desc limit ${limit + 1}`.execute(this.#db);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.id } : { items };
  }

  /** The same of the Spaces of one organisation; a page may be short, and go on all the same. */
  async listOf(
    orgId: Id,
    { limit, after }: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<Page<ListedProgram>> {
    const { rows } = await sql<WalkedSpace & ListedProgram>`
      select r.id, r.namespace || '/' || r.name as name, s.stage, r.deleted_at is null and s.repo_id is not null as "isListed"
        from ${walkOf(orgId, after)} r
        left join lateral (select repo_id, stage from spaces.run where repo_id = r.id and program offset 0) s on true
       order by r.id desc`.execute(this.#db);
    return pageOf(rows, limit);
  }

  /** One, and whose it is. */
  async find(spaceId: Id): Promise<(ListedProgram & { readonly namespaceId: Id }) | undefined> {
    const { rows } = await sql<ListedProgram & { readonly namespaceId: Id }>`
      select s.repo_id as id, r.namespace || '/' || r.name as name, s.stage, r.namespace_id as "namespaceId"
        from spaces.run s join repos.repo r on r.id = s.repo_id and r.deleted_at is null
       where s.program and s.repo_id = ${spaceId}`.execute(this.#db);
    return rows[0];
  }
}
