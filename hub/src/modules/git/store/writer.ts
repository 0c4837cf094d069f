// Adds objects and commits to one repository and moves its refs, in the transaction of whoever asks.
import { sql, type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { isUniqueViolation } from '@holdfast/platform/postgres/faults';
import { type Tx } from '@holdfast/platform/postgres/database';
import { YoungGarbage } from '@holdfast/platform/young-garbage';
import { encodeCommit, parseCommit, type Commit } from '../commit-object.ts';
import { refExists } from '../faults.ts';
import { parsePointer } from '../lfs-pointer.ts';
import { type CommitSummary, type RefTarget } from '../model.ts';
import { type EncodedObject } from '../object.ts';
import { shortName, type Ref } from '../ref.ts';
import { type GitTables } from '../tables.ts';
import { pathKey } from './commits.ts';
import { GitReader } from './reader.ts';

/** What adding objects added: bytes in git, and bytes that new LFS pointers stand for. */
export interface AddedBytes {
  readonly git: number;
  readonly lfs: number;
}

/** A commit to be added, with what lists need to know of it. */
export interface NewCommit {
  readonly commit: Commit;
  /** The files that it changed. Unused for a commit without parents. */
  readonly changed: readonly string[];
  readonly request?: string | undefined;
}

/** Bytes of objects sent to the database at once: an object of this size or more is sent before the next is read. */
export const BATCH_BYTES = 2 * MiB;
const BATCH_ROWS = 500;
/** An object, and its message to the database while that grows. */
const COPIES = 3;

/** Changes the content of one repository. Its row must be locked, so that refs are moved by one at a time. */
export class GitWriter extends GitReader {
  readonly #garbage = new YoungGarbage();
  #addedBytes = 0;

  constructor(tx: Tx, repoId: Id) {
    super(tx, repoId);
  }

  /** Bytes of the objects that it added so far. */
  get addedBytes(): number {
    return this.#addedBytes;
  }

  /** Adds objects; those that are there already stay as they are. The objects are read one batch at a time. */
  async putObjects(objects: Iterable<EncodedObject> | AsyncIterable<EncodedObject>): Promise<AddedBytes> {
    let [git, lfs, size] = [0, 0, 0];
    let batch: EncodedObject[] = [];
    const send = async (): Promise<void> => {
      const added = await this.#insertObjects(batch);
      git += added.git;
      lfs += added.lfs;
      this.#garbage.add(size * COPIES);
      [batch, size] = [[], 0];
    };
    for await (const object of objects) {
      batch.push(object);
      size += object.body.length;
      if (size >= BATCH_BYTES || batch.length >= BATCH_ROWS) await send();
    }
    await send();
    this.#addedBytes += git;
    return { git, lfs };
  }

  /** Adds a commit and what lists of history need. Its tree and its parents must be there. */
  async putCommit({ commit, changed, request }: NewCommit): Promise<{ oid: Sha1; added: AddedBytes }> {
    const object = encodeCommit(commit);
    const added = await this.putObjects([object]);
    const [parent] = commit.parents;
    const before = parent === undefined ? undefined : await this.commits.get(parent);
    const depth = (before?.depth ?? 0) + 1;
    const jump = await this.#jumpFrom(before, object.oid);
    // As it was encoded, so that what lists show is what git shows.
    const { message, author, committer } = parseCommit(object.body);
    await this.db
      .insertInto('git.commit')
      .values({
        repo_id: this.repoId,
        oid: object.oid,
        tree: commit.tree,
        parents: [...commit.parents],
        first_parent: parent ?? null,
        depth,
        jump: jump.oid,
        jump_depth: jump.depth,
        message,
        author_name: author.name,
        author_email: author.email,
        at: committer.at,
        request: request ?? null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    if (before !== undefined) await this.#noteChanges(object.oid, depth, changed);
    return { oid: object.oid, added };
  }

  /** Makes a ref. Throws `ref.exists`. */
  async createRef(name: Ref, to: RefTarget, at: Date): Promise<void> {
    try {
      await this.db
        .insertInto('git.ref')
        .values({ repo_id: this.repoId, name, ...to, updated_at: at })
        .execute();
    } catch (error) {
      if (isUniqueViolation(error)) throw refExists(shortName(name));
      throw error;
    }
  }

  /** A ref that cannot be a file beside a new one: it is a folder of the other's name, or the other way round. */
  async findConflicting(name: Ref): Promise<Ref | undefined> {
    const above = name.split('/').map((_part, index, parts) => parts.slice(0, index).join('/'));
    const row = await this.db
      .selectFrom('git.ref')
      .select('name')
      .where('repo_id', '=', this.repoId)
      .where((e) => e.or([e('name', 'in', above as Ref[]), sql<boolean>`starts_with(name, ${`${name}/`})`]))
      .executeTakeFirst();
    return row?.name;
  }

  /** Moves a ref, if it still points where the caller thinks. Returns whether it did. */
  async moveRef(name: Ref, from: Sha1, to: RefTarget & { at: Date }): Promise<boolean> {
    const result = await this.db
      .updateTable('git.ref')
      .set({ target: to.target, commit: to.commit, updated_at: to.at })
      .where('repo_id', '=', this.repoId)
      .where('name', '=', name)
      .where('target', '=', from)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Deletes a ref. Returns whether it was there. */
  async deleteRef(name: Ref): Promise<boolean> {
    const result = await this.db
      .deleteFrom('git.ref')
      .where('repo_id', '=', this.repoId)
      .where('name', '=', name)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  /** Replaces a branch's history by one commit with the same files. */
  async squash(branch: Ref, from: CommitSummary, wish: Omit<Commit, 'tree' | 'parents'>): Promise<Sha1> {
    const commit = { ...wish, tree: from.tree, parents: [] };
    const { oid } = await this.putCommit({ commit, changed: [] });
    const at = wish.committer.at;
    if (!(await this.moveRef(branch, from.oid, { target: oid, commit: oid, at })))
      throw new Error(`${branch} moved although the repository was locked`);
    return oid;
  }

  async #insertObjects(objects: readonly EncodedObject[]): Promise<AddedBytes> {
    if (objects.length === 0) return { git: 0, lfs: 0 };
    const rows = objects.map(({ kind, oid, body }) => {
      const lfs = kind === 'blob' ? parsePointer(body) : undefined;
      const columns = { lfs_sha256: lfs?.oid ?? null, lfs_size: lfs?.size ?? null };
      return { repo_id: this.repoId, oid, kind, size: body.length, bytes: body, ...columns };
    });
    const added = await this.db
      .insertInto('git.object')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .returning(['size', 'lfs_size'])
      .execute();
    return {
      git: added.reduce((sum, row) => sum + row.size, 0),
      lfs: added.reduce((sum, row) => sum + (row.lfs_size ?? 0), 0),
    };
  }

  /** The jump of a new commit: twice as far as the last two when those were equally far, else to its parent. */
  async #jumpFrom(parent: CommitSummary | undefined, self: Sha1): Promise<{ oid: Sha1; depth: number }> {
    if (parent === undefined) return { oid: self, depth: 1 };
    const middle = await this.commits.get(parent.jump.oid);
    const equal = parent.depth - middle.depth === middle.depth - middle.jump.depth;
    return equal ? middle.jump : { oid: parent.oid, depth: parent.depth };
  }

  async #noteChanges(commit: Sha1, depth: number, changed: readonly string[]): Promise<void> {
    const paths = new Set<string>();
    for (const path of changed)
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
        paths.add(path.slice(0, end));
    const keys = [...paths].map((path) => pathKey(path).toString('hex'));
    for (let at = 0; at < keys.length; at += 10_000)
      await sql`insert into git.change (repo_id, path_key, depth, commit)
        select ${this.repoId}, decode(key, 'hex'), ${depth}::int, ${commit}
          from unnest(${keys.slice(at, at + 10_000)}::text[]) as key
        on conflict do nothing`.execute(this.db satisfies Kysely<GitTables>);
  }
}
