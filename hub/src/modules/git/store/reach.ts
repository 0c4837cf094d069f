// What the refs of a repository reach, and what they lately let go of. Memory is about 40 bytes for each object.
import { sql, type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { parseTag } from '../commit-object.ts';
import { OidSet } from '../oid-set.ts';
import { isFolder, parseTree } from '../tree-object.ts';
import { type GitTables } from '../tables.ts';
import { ObjectReader } from './objects.ts';

interface CommitRow {
  readonly oid: Sha1;
  readonly tree: Sha1;
}

/** What a ref points to: a commit, or a tag in front of one. */
export interface Root {
  readonly target: Sha1;
  readonly commit: Sha1;
}

/** Objects that can be asked for. Whatever is in it, all that it points to is in it, too. */
export class Reach {
  readonly repoId: Id;
  readonly #keptSince: Date;
  readonly #reached = new OidSet();

  /** `keptSince`: commits that a ref let go of later are kept as if it still pointed to them. */
  constructor(repoId: Id, keptSince: Date) {
    this.repoId = repoId;
    this.#keptSince = keptSince;
  }

  has(oid: Sha1): boolean {
    return this.#reached.has(oid);
  }

  /**
   * Adds what the refs reach now, or what these roots do. What was added before is not looked at again, so that a second time costs what
   * was committed in between. Throws an `Error` where an object is missing: then nothing of it may be trusted.
   */
  async extend(handle: Db | Tx, from?: readonly Root[]): Promise<void> {
    const db = handle.withTables<GitTables>();
    const objects = new ObjectReader(db, this.repoId, undefined);
    const roots = from ?? (await this.#listRoots(db));
    const heads = [...new Set(roots.map(({ commit }) => commit))].filter((oid) => !this.has(oid));
    // The first time in one question: a history may have a hundred thousand steps.
    const commits =
      this.#reached.size === 0 ? await this.#listAll(db, heads) : await this.#listNew(db, heads);
    for (let level = this.#fresh(commits.map(({ tree }) => tree)); level.length > 0;) {
      const next: Sha1[] = [];
      for await (const { bytes } of objects.readBodies(level)) this.#addEntries(bytes, next);
      level = next;
    }
    // Last, so that an error on the way leaves no commit without what it points to.
    this.#fresh(commits.map(({ oid }) => oid));
    for (const { target, commit } of roots) if (target !== commit) await this.#addTag(objects, target);
  }

  async #listRoots(db: Kysely<GitTables>): Promise<Root[]> {
    const { rows } = await sql<Root>`
      select target, commit from git.ref where repo_id = ${this.repoId}
      union
      select d.target, d.commit from git.dropped d
        join git.commit c on c.repo_id = d.repo_id and c.oid = d.commit
       where d.repo_id = ${this.repoId} and d.at > ${this.#keptSince}`.execute(db);
    return rows;
  }

  async #listAll(db: Kysely<GitTables>, heads: readonly Sha1[]): Promise<CommitRow[]> {
    // One look into the index for each step: left to itself, the database reads all commits at every one of them.
    const { rows } = await sql<CommitRow>`
      with recursive reached (oid) as (
        select unnest(${heads}::text[]) collate "C"
        union
        select parent collate "C" from reached r
         cross join lateral (select c.parents from git.commit c
           where c.repo_id = ${this.repoId} and c.oid = r.oid limit 1) step
         cross join unnest(step.parents) as parent)
      select c.oid, c.tree from reached r
        left join git.commit c on c.repo_id = ${this.repoId} and c.oid = r.oid`.execute(db);
    return rows.map((row) => required(row));
  }

  async #listNew(db: Kysely<GitTables>, heads: readonly Sha1[]): Promise<CommitRow[]> {
    const found = new Map<Sha1, CommitRow>();
    for (let level = heads; level.length > 0;) {
      const { rows } = await sql<CommitRow & { parents: Sha1[] }>`
        select oid, tree, parents from git.commit
         where repo_id = ${this.repoId} and oid = any(${level}::text[])`.execute(db);
      if (rows.length < level.length) throw new Error(`a commit of repository ${this.repoId} is not there`);
      for (const row of rows) found.set(row.oid, row);
      const parents = new Set(rows.flatMap((row) => row.parents));
      level = [...parents].filter((oid) => !this.has(oid) && !found.has(oid));
    }
    return [...found.values()];
  }

  /** Those that are new, added. */
  #fresh(oids: readonly Sha1[]): Sha1[] {
    return oids.filter((oid) => this.#reached.add(oid));
  }

  /** Adds what a folder holds; the folders among it that are new are to be looked at. */
  #addEntries(tree: Buffer, folders: Sha1[]): void {
    for (const entry of parseTree(tree)) {
      // A submodule is a commit of another repository.
      if (entry.mode === '160000' || !this.#reached.add(entry.oid)) continue;
      if (isFolder(entry)) folders.push(entry.oid);
    }
  }

  async #addTag(objects: ObjectReader, oid: Sha1): Promise<void> {
    for (let next: Sha1 | undefined = oid; next !== undefined && this.#reached.add(next);) {
      const object = await objects.findObject(next);
      next = object?.kind === 'tag' ? parseTag(object.bytes).object : undefined;
    }
  }
}

function required(row: { oid: Sha1 | null; tree: Sha1 | null }): CommitRow {
  const { oid, tree } = row;
  if (oid === null || tree === null) throw new Error('a commit that another one follows is not there');
  return { oid, tree };
}
