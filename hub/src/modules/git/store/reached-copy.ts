// Copies of what the refs of a repository reach: of nothing that they let go of. Who copies may only read; in the copy, which is
// theirs, they would find what its owner took back, for good. The source is held by nobody while it is copied: its objects never
// change, and those that were reached a moment ago stay for days, but where its history is erased, which is noticed.
import { sql, type Kysely } from 'kysely';
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type GitTables } from '../tables.ts';
import { Reach } from './reach.ts';

type Ref = Omit<GitTables['git.ref'], 'repo_id'>;

/** Rows that are looked at in one question. */
const PAGE = 1_000;
// Nothing was let go of later than that.
const NEVER = new Date('9999-12-31T00:00:00Z');

/** What is copied. */
export interface Copied {
  /** Of git's own objects. */
  readonly bytes: number;
  /** The large objects that these point to. */
  readonly digests: readonly Sha256[];
}

/** A repository as it was at one moment. */
export class ReachedCopy {
  readonly #from: Id;
  readonly #refs: readonly Ref[];
  readonly #reach: Reach;
  #commits = 0;

  private constructor(from: Id, refs: readonly Ref[]) {
    this.#from = from;
    this.#refs = refs;
    this.#reach = new Reach(from, NEVER);
  }

  /** The repository as the handle sees it. */
  static async of(handle: Db | Tx, from: Id): Promise<ReachedCopy> {
    const refs = await handle
      .withTables<GitTables>()
      .selectFrom('git.ref')
      .select(['name', 'target', 'commit', 'updated_at'])
      .where('repo_id', '=', from)
      .execute();
    return new ReachedCopy(from, refs);
  }

  /** Looks for what will be copied. Throws an `Error` where some of it is not there. */
  async measure(handle: Db): Promise<Copied> {
    const db = handle.withTables<GitTables>();
    await this.#reach.extend(handle, this.#refs);
    let bytes = 0;
    const digests = new Set<Sha256>();
    for await (const page of this.#pages(db, 'object')) {
      const { rows } = await sql<{ size: number; lfs_sha256: Sha256 | null }>`
        select size, lfs_sha256 from git.object where repo_id = ${this.#from} and oid = any(${page}::text[])`.execute(
        db,
      );
      for (const { size, lfs_sha256: digest } of rows) {
        bytes += size;
        if (digest !== null) digests.add(digest);
      }
    }
    this.#commits = 0;
    for await (const page of this.#pages(db, 'commit')) this.#commits += page.length;
    return { bytes, digests: [...digests] };
  }

  /**
   * Copies it into another repository, which has nothing yet; it was measured. Throws an `Error` where some of it is not there any
   * more.
   */
  async write(tx: Tx, to: Id): Promise<void> {
    const db = tx.withTables<GitTables>();
    for await (const page of this.#pages(db, 'object'))
      await sql`insert into git.object select ${to}, oid, kind, size, bytes, lfs_sha256, lfs_size
        from git.object where repo_id = ${this.#from} and oid = any(${page}::text[])`.execute(db);
    let commits = 0n;
    for await (const page of this.#pages(db, 'commit')) {
      const { numAffectedRows } = await sql`insert into git.commit
        select ${to}, oid, tree, parents, first_parent, depth, jump, jump_depth, message, author_name, author_email, at, request
        from git.commit where repo_id = ${this.#from} and oid = any(${page}::text[])`.execute(db);
      commits += numAffectedRows ?? 0n;
    }
    // One of which an ancestor is missing can be neither cloned nor swept.
    if (commits !== BigInt(this.#commits)) throw new Error('some of the history went while it was copied');
    await sql`insert into git.change select ${to}, path_key, depth, commit from git.change n
      where repo_id = ${this.#from}
        and exists (select from git.commit c where c.repo_id = ${to} and c.oid = n.commit)`.execute(db);
    await sql`insert into git.ref (repo_id, name, target, commit, updated_at)
      select ${to}, r.name, r.target, r.commit, r.updated_at
        from unnest(${this.#refs.map(({ name }) => name)}::text[], ${this.#refs.map(({ target }) => target)}::text[],
          ${this.#refs.map(({ commit }) => commit)}::text[], ${this.#refs.map((ref) => ref.updated_at)}::timestamptz[])
          as r (name, target, commit, updated_at)`.execute(db);
  }

  /** Whether its history is still one of the source: who erases it there takes away the commits that refs pointed to. */
  async stands(handle: Db | Tx): Promise<boolean> {
    const { rows } = await sql`
      select from unnest(${this.#refs.map(({ commit }) => commit)}::text[]) as c (oid)
       where not exists (select from git.commit g where g.repo_id = ${this.#from} and g.oid = c.oid) limit 1`.execute(
      handle.withTables<GitTables>(),
    );
    return rows.length === 0;
  }

  /** The ids of what is reached, page by page. */
  async *#pages(db: Kysely<GitTables>, what: 'object' | 'commit'): AsyncGenerator<Sha1[]> {
    for (let after: Sha1 | '' | undefined = ''; after !== undefined;) {
      const { rows } = await sql<{ oid: Sha1 }>`
        select oid from ${sql.table(`git.${what}`)} where repo_id = ${this.#from} and oid > ${after}
         order by oid limit ${PAGE}`.execute(db);
      const page = rows.map(({ oid }) => oid).filter((oid) => this.#reach.has(oid));
      if (page.length > 0) yield page;
      after = rows.length < PAGE ? undefined : rows.at(-1)?.oid;
    }
  }
}
