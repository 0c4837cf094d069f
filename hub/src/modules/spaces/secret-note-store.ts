// What the hub notes of the secrets that the vault keeps for a Space: their names, and whether there may be some.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { pageOf, walkOf, type WalkedSpace } from './org-walk-store.ts';
import { RunWriter } from './run-store.ts';
import { type SpaceTables } from './tables.ts';

/** What is noted. */
export interface SecretNote {
  /** Variables in which the app finds secrets, or the paths of their files: no variable of the Space has such a name. */
  readonly names: readonly string[];
  /** Whether the vault is to be asked when it starts. */
  readonly mayHaveSome: boolean;
}

/** What there is after a call of the vault. */
export interface SettledNote {
  readonly names: readonly string[] | undefined;
  readonly newRun: boolean;
  readonly takesBack: boolean;
}

/** Reads the notes. */
export class SecretNoteReader {
  protected readonly db: Kysely<SpaceTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SpaceTables>();
  }

  /** The note of a Space. */
  async find(repoId: Id): Promise<SecretNote> {
    const row = await this.db
      .selectFrom('spaces.secrets')
      .select(['names', 'unsettled'])
      .where('repo_id', '=', repoId)
      .executeTakeFirst();
    if (row === undefined) return { names: [], mayHaveSome: false };
    return { names: row.names, mayHaveSome: row.unsettled || row.names.length > 0 };
  }

  /** A page of the Spaces of which the vault may have something, the newest first, by their names. */
  async listSpaces({
    limit,
    after,
  }: {
    readonly limit: number;
    readonly after?: Id | undefined;
  }): Promise<Page<{ readonly id: Id; readonly name: string }>> {
    const { rows } = await sql<{ id: Id; name: string }>`
      select s.repo_id as id, r.namespace || '/' || r.name as name
        from spaces.secrets s join repos.repo r on r.id = s.repo_id and r.deleted_at is null
       where (s.unsettled or s.names <> '{}') and ${after === undefined ? sql`true` : sql`s.repo_id < ${after}`}
       order by s.repo_id desc limit ${limit + 1}`.execute(this.db);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return rows.length > limit && last !== undefined ? { items, next: last.id } : { items };
  }

  /** The same of the Spaces of one organisation; a page may be short, and go on all the same. */
  async listSpacesOf(
    orgId: Id,
    { limit, after }: { readonly limit: number; readonly after?: Id | undefined },
  ): Promise<Page<{ readonly id: Id; readonly name: string }>> {
    const { rows } = await sql<WalkedSpace & { readonly name: string }>`
      select r.id, r.namespace || '/' || r.name as name, r.deleted_at is null and s.repo_id is not null as "isListed"
        from ${walkOf(orgId, after)} r
        left join lateral (select repo_id from spaces.secrets
               where repo_id = r.id and (unsettled or names <> '{}') offset 0) s on true
       order by r.id desc`.execute(this.db);
    return pageOf(rows, limit);
  }

  /** Spaces that are deleted, and of which the vault may still have something. */
  async listDeleted(): Promise<Id[]> {
    const rows = await this.db
      .selectFrom('spaces.secrets as s')
      .select('s.repo_id')
      .where(
        sql<boolean>`exists (select from repos.repo r where r.id = s.repo_id and r.deleted_at is not null)`,
      )
      .execute();
    return rows.map(({ repo_id: id }) => id);
  }
}

/** Changes the notes. */
export class SecretNoteWriter extends SecretNoteReader {
  readonly #tx: Tx;

  constructor(tx: Tx) {
    super(tx);
    this.#tx = tx;
  }

  /** Notes that the vault is being asked to keep one. */
  async begin(repoId: Id): Promise<void> {
    await this.db
      .insertInto('spaces.secrets')
      .values({ repo_id: repoId, names: [], unsettled: true })
      .onConflict((conflict) => conflict.column('repo_id').doUpdateSet({ unsettled: true }))
      .execute();
  }

  /**
   * Notes how that went: the names that there are now, or, where none are given, that nothing changed. `newRun`: what runs is
   * to be replaced; it is also where a name is new or gone. `takesBack`: one was deleted, and no run is to go on with it.
   */
  async settle(repoId: Id, { names, newRun, takesBack }: SettledNote): Promise<void> {
    const before = await this.find(repoId);
    const now = [...(names ?? before.names)].toSorted();
    const said = { names: now, unsettled: false };
    await this.db
      .insertInto('spaces.secrets')
      .values({ repo_id: repoId, ...said })
      .onConflict((conflict) => conflict.column('repo_id').doUpdateSet(said))
      .execute();
    const isOther = now.join() !== before.names.join();
    await new RunWriter(this.#tx).change(repoId, { newRun: newRun || isOther, takesBack });
  }

  /** Removes the note: there is nothing any more. */
  async remove(repoId: Id): Promise<void> {
    await this.db.deleteFrom('spaces.secrets').where('repo_id', '=', repoId).execute();
  }
}
