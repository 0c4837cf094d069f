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

/** A call of the vault that is noted before it is made. */
export interface BegunCall {
  /** When that was, as the database writes it. */
  readonly at: string;
  /** How another call went is not known, or was not yet. */
  readonly amongOthers: boolean;
}

/** What there is after a call of the vault. */
export interface SettledNote {
  /** Where none are given, nothing changed. */
  readonly names: readonly string[] | undefined;
  /** What runs is to be replaced; it is also where a name is new or gone. */
  readonly newRun: boolean;
  /** One was deleted, and no run is to go on with it; it is so, too, where a name is gone. */
  readonly takesBack: boolean;
  /** The secret that was set: that it is no file any more takes nothing back. */
  readonly set?: string | undefined;
}

/** After this long no call is under way any more: the vault answers within seconds, or is not waited for. */
const UNHEARD = sql`interval '1 minute'`;

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

  /** Spaces of which the vault was asked for something, and nobody heard how it went; and when it was asked last. */
  async listUnheard(): Promise<{ readonly id: Id; readonly at: string | null }[]> {
    const { rows } = await sql<{ id: Id; at: string | null }>`
      select s.repo_id as id, s.asked_at::text as at
        from spaces.secrets s join repos.repo r on r.id = s.repo_id and r.deleted_at is null
       where s.unsettled and (s.asked_at is null or s.asked_at < now() - ${UNHEARD})`.execute(this.db);
    return rows;
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

/** The variable in which the app finds the path of a secret that is a file. */
export function pathNameOf(secret: string): string {
  return `${secret}_FILE`;
}

/** Changes the notes. */
export class SecretNoteWriter extends SecretNoteReader {
  readonly #tx: Tx;

  constructor(tx: Tx) {
    super(tx);
    this.#tx = tx;
  }

  /** Notes that the vault is being asked to keep or to delete one: a hub that ends meanwhile leaves it noted. */
  async begin(repoId: Id): Promise<BegunCall> {
    await this.db
      .insertInto('spaces.secrets')
      .values({ repo_id: repoId, names: [], unsettled: false })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const before = await this.#lock(repoId);
    const { at } = await this.db
      .updateTable('spaces.secrets')
      .set({ unsettled: true, asked_at: sql<Date>`clock_timestamp()` })
      .where('repo_id', '=', repoId)
      .returning(sql<string>`asked_at::text`.as('at'))
      .executeTakeFirstOrThrow();
    return { at, amongOthers: before?.unsettled ?? false };
  }

  /**
   * Notes how a call went. Where another one was not heard of, or was begun meanwhile, the vault is still asked what there is: this answer
   * says nothing of that.
   */
  async settle(repoId: Id, call: BegunCall, note: SettledNote): Promise<void> {
    // Of a Space that was deleted and forgotten meanwhile, the vault may have one again: it is noted, and forgotten once more.
    const before = (await this.#lock(repoId)) ?? { names: [], at: call.at };
    await this.#write(repoId, before, { ...note, unsettled: call.amongOthers || before.at !== call.at });
  }

  /** Notes what the vault said that there is, unless it was asked for something else since. */
  async catchUp(repoId: Id, at: string | null, names: readonly string[]): Promise<void> {
    const before = await this.#lock(repoId);
    if (before === undefined || !before.unsettled || before.at !== at) return;
    await this.#write(repoId, before, { names, newRun: false, takesBack: false, unsettled: false });
  }

  async #write(
    repoId: Id,
    before: { readonly names: readonly string[] },
    { names, newRun, takesBack, set, unsettled }: SettledNote & { readonly unsettled: boolean },
  ): Promise<void> {
    const now = [...(names ?? before.names)].toSorted();
    const said = { names: now, unsettled };
    await this.db
      .insertInto('spaces.secrets')
      .values({ repo_id: repoId, ...said })
      .onConflict((conflict) => conflict.column('repo_id').doUpdateSet(said))
      .execute();
    const isOther = now.join() !== before.names.join();
    // Also by a call of which nobody heard how it went: whatever is noticed first, no run is to go on with it.
    const isGone = before.names.some(
      (name) => !now.includes(name) && !(set !== undefined && name === pathNameOf(set)),
    );
    await new RunWriter(this.#tx).change(repoId, {
      newRun: newRun || isOther,
      takesBack: takesBack || isGone,
    });
  }

  async #lock(repoId: Id) {
    return await this.db
      .selectFrom('spaces.secrets')
      .select(['names', 'unsettled', sql<string | null>`asked_at::text`.as('at')])
      .where('repo_id', '=', repoId)
      .forUpdate()
      .executeTakeFirst();
  }

  /** Removes the note: there is nothing any more. */
  async remove(repoId: Id): Promise<void> {
    await this.db.deleteFrom('spaces.secrets').where('repo_id', '=', repoId).execute();
  }
}
