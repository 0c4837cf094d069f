// Looks through what the refs of a repository reach, and tells what is not there or not what its name says. Memory is
// about 80 bytes for each object.
import { sql, type Kysely } from 'kysely';
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { OidSet } from '../oid-set.ts';
import { isFolder, parseTree } from '../tree-object.ts';
import { type GitTables } from '../tables.ts';
import { ObjectReader } from './objects.ts';

/** Something of a history that is broken. */
export interface BrokenObject {
  readonly oid: Sha1;
  readonly flaw: 'missing' | 'altered';
  /** What it is, or what points to it, in words. */
  readonly role: string;
}

/** What a pointer among the files stands for. */
export interface Pointed {
  readonly sha256: Sha256;
  readonly size: number;
}

const PAGE = 5_000;

/** The history of one repository. */
export class HistoryIntegrity {
  readonly #db: Kysely<GitTables>;
  readonly #objects: ObjectReader;
  readonly #repoId: Id;
  readonly #there = new OidSet();
  readonly #reached = new OidSet();

  constructor(db: Db, repoId: Id) {
    this.#db = db.withTables<GitTables>();
    this.#objects = new ObjectReader(this.#db, repoId, undefined);
    this.#repoId = repoId;
  }

  /** How many objects the refs reach, as far as `listBroken` has come. */
  get count(): number {
    return this.#reached.size;
  }

  /** Whether an object was reached. */
  reaches(oid: Sha1): boolean {
    return this.#reached.has(oid);
  }

  /** What refs, commits and folders name and is not there, or cannot be read. */
  async *listBroken(): AsyncGenerator<BrokenObject> {
    await this.#noteAll();
    const commits = await this.#listCommits();
    const trees: Sha1[] = [];
    for (const { oid, tree } of commits) {
      yield* this.#reach(
        oid,
        tree === null ? 'a commit, or the rows that describe it' : 'a commit',
        tree !== null,
      );
      if (tree === null || this.#reached.has(tree)) continue;
      yield* this.#reach(tree, `the root folder of the commit ${oid}`);
      if (this.#there.has(tree)) trees.push(tree);
    }
    yield* this.#walk(trees);
  }

  /** What the pointers that were reached stand for, a page at a time. */
  async *listPointed(): AsyncGenerator<Pointed[]> {
    for (let after = ''; ;) {
      const { rows } = await sql<{ oid: Sha1; lfs_sha256: Sha256; lfs_size: number }>`
        select oid, lfs_sha256, lfs_size from git.object
         where repo_id = ${this.#repoId} and lfs_sha256 is not null and oid > ${after}
         order by oid limit ${PAGE}`.execute(this.#db);
      yield rows
        .filter((row) => this.reaches(row.oid))
        .map((row) => ({ sha256: row.lfs_sha256, size: row.lfs_size }));
      const last = rows.at(-1);
      if (last === undefined) return;
      after = last.oid;
    }
  }

  async #noteAll(): Promise<void> {
    for await (const page of this.#pages()) for (const oid of page) this.#there.add(oid);
  }

  async *#pages(): AsyncGenerator<Sha1[]> {
    for (let after = ''; ;) {
      const { rows } = await sql<{ oid: Sha1 }>`
        select oid from git.object where repo_id = ${this.#repoId} and oid > ${after}
         order by oid limit ${PAGE}`.execute(this.#db);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map((row) => row.oid);
      after = last.oid;
    }
  }

  /** Every commit that refs reach; without a folder where it is not there. */
  async #listCommits(): Promise<{ oid: Sha1; tree: Sha1 | null }[]> {
    // One look into the index for each step: left to itself, the database reads all commits at every one of them.
    const { rows } = await sql<{ oid: Sha1; tree: Sha1 | null }>`
      with recursive reached (oid) as (
        select commit from git.ref where repo_id = ${this.#repoId}
        union
        select parent collate "C" from reached r
         cross join lateral (select c.parents from git.commit c
           where c.repo_id = ${this.#repoId} and c.oid = r.oid limit 1) step
         cross join unnest(step.parents) as parent)
      select r.oid, c.tree from reached r
        left join git.commit c on c.repo_id = ${this.#repoId} and c.oid = r.oid`.execute(this.#db);
    return rows;
  }

  async *#walk(roots: Sha1[]): AsyncGenerator<BrokenObject> {
    for (let level = roots; level.length > 0;) {
      const next: Sha1[] = [];
      for await (const { oid, bytes } of this.#objects.readBodies(level))
        yield* this.#enter(oid, bytes, next);
      level = next;
    }
  }

  /** What is wrong with a folder and what it names; the folders in it that are new are to be looked at. */
  *#enter(oid: Sha1, bytes: Buffer, folders: Sha1[]): Generator<BrokenObject> {
    const entries = entriesOf(bytes);
    if (entries === undefined) yield { oid, flaw: 'altered', role: 'a folder' };
    for (const entry of entries ?? []) {
      if (entry.mode === '160000' || this.#reached.has(entry.oid)) continue;
      yield* this.#reach(entry.oid, `"${entry.name}" in the folder ${oid}`);
      if (isFolder(entry) && this.#there.has(entry.oid)) folders.push(entry.oid);
    }
  }

  *#reach(oid: Sha1, role: string, isSound = true): Generator<BrokenObject> {
    this.#reached.add(oid);
    if (!isSound || !this.#there.has(oid)) yield { oid, flaw: 'missing', role };
  }
}

function entriesOf(bytes: Buffer): ReturnType<typeof parseTree> | undefined {
  try {
    return parseTree(bytes);
  } catch {
    return undefined;
  }
}
