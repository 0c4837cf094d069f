// Replaces the rows of commits by those of the commits that a rewriting made of them.
import { sql, type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { historyTooLarge } from '../faults.ts';
import { type CommitNode } from '../history-plan.ts';
import { type GitTables } from '../tables.ts';
import { pathKey } from './commits.ts';

/** A commit of a history that may be rewritten. */
export interface StoredCommit extends CommitNode {
  /** The ancestor for long ways back; the root's is itself. */
  readonly jump: Sha1;
}

/** What a commit became. */
export type RebuiltCommit = StoredCommit;

/** A few hundred bytes of memory each. */
const MOST_COMMITS = 20_000;
/** Rows of the index from paths to the commits that changed them, which are copied in one statement. */
const MOST_CHANGES = 1_000_000;
const BATCH = 1_000;

/** The commits of one repository, as rows. */
export class CommitReplacer {
  readonly #db: Kysely<GitTables>;
  readonly #repoId: Id;

  constructor(db: Kysely<GitTables>, repoId: Id) {
    this.#db = db;
    this.#repoId = repoId;
  }

  /** All commits, those that no ref reaches too. Throws `history.too-large`. */
  async listAll(): Promise<StoredCommit[]> {
    const rows = await this.#db
      .selectFrom('git.commit')
      .select(['oid', 'tree', 'parents', 'jump'])
      .where('repo_id', '=', this.#repoId)
      .limit(MOST_COMMITS + 1)
      .execute();
    if (rows.length > MOST_COMMITS) throw historyTooLarge(`${MOST_COMMITS} commits`);
    return rows;
  }

  /** Throws `history.too-large` where the commits changed more paths than one statement can copy in its time. */
  async requireFewChanges(): Promise<void> {
    const { rows } = await sql<{ n: number }>`select count(*) as n from (
      select from git.change where repo_id = ${this.#repoId} limit ${MOST_CHANGES + 1}) c`.execute(this.#db);
    if ((rows[0]?.n ?? 0) > MOST_CHANGES) throw historyTooLarge(`${MOST_CHANGES} changes of files`);
  }

  /** Adds the new commits beside the old ones, by the old ones' ids; depths stay, for each is rebuilt alone. */
  async insert(rebuilt: ReadonlyMap<Sha1, RebuiltCommit>): Promise<void> {
    for (const batch of batches([...rebuilt])) {
      const column = (pick: (commit: RebuiltCommit) => string): string[] =>
        batch.map(([, commit]) => pick(commit));
      // Without the request that made it: sent again, that is to be a new commit, for what it wanted is not there.
      await sql`insert into git.commit
        select c.repo_id, n.oid, n.tree, string_to_array(n.parents, ' '), split_part(nullif(n.parents, ''), ' ', 1),
          c.depth, n.jump, c.jump_depth, c.message, c.author_name, c.author_email, c.at, null
          from unnest(${batch.map(([old]) => old)}::text[], ${column(({ oid }) => oid)}::text[],
            ${column(({ tree }) => tree)}::text[], ${column(({ parents }) => parents.join(' '))}::text[],
            ${column(({ jump }) => jump)}::text[]) as n (old, oid, tree, parents, jump)
          join git.commit c on c.repo_id = ${this.#repoId} and c.oid = n.old
        on conflict do nothing`.execute(this.#db);
    }
  }

  /** Says of the new commits which paths they changed: those that the old ones did, without the ones that are lost. */
  async replaceChanges(
    erased: readonly Sha1[],
    rebuilt: ReadonlyMap<Sha1, RebuiltCommit>,
    lost: ReadonlyMap<Sha1, readonly string[]>,
  ): Promise<void> {
    await this.#removeChanges(lost);
    const olds = [...rebuilt.keys()];
    const news = [...rebuilt.values()].map(({ oid }) => oid);
    // One pass over the repository's rows: no index leads from a commit to them.
    await sql`with gone as (
        delete from git.change where repo_id = ${this.#repoId} and commit = any(${erased}::text[])
        returning path_key, depth, commit)
      insert into git.change (repo_id, path_key, depth, commit)
      select ${this.#repoId}, gone.path_key, gone.depth, n.oid
        from gone join unnest(${olds}::text[], ${news}::text[]) as n (old, oid) on n.old = gone.commit
      on conflict do nothing`.execute(this.#db);
  }

  /** Removes commits that nothing points to any more: nobody can ask for them again. */
  async erase(oids: readonly Sha1[]): Promise<void> {
    for (const batch of batches(oids))
      await sql`delete from git.commit
        where repo_id = ${this.#repoId} and oid = any(${batch}::text[])`.execute(this.#db);
  }

  async #removeChanges(changes: ReadonlyMap<Sha1, readonly string[]>): Promise<void> {
    const rows = [...changes].flatMap(([commit, paths]) =>
      paths.map((path) => ({ commit, key: pathKey(path).toString('hex') })),
    );
    for (const batch of batches(rows))
      await sql`delete from git.change c
        using unnest(${batch.map(({ key }) => key)}::text[], ${batch.map(({ commit }) => commit)}::text[])
          as n (key, commit)
        where c.repo_id = ${this.#repoId} and c.path_key = decode(n.key, 'hex') and c.commit = n.commit`.execute(
        this.#db,
      );
  }
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}
