// Reads one repository: refs, files at a commit, history.
import { type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  type BlobFacts,
  type CommitSummary,
  type Entry,
  type ListedEntry,
  type ListedRef,
  type OpenBlob,
} from '../model.ts';
import { type ChangedPath } from '../change-log.ts';
import { ObjectCache } from '../object-cache.ts';
import { type Ref } from '../ref.ts';
import { isFolder, type FileMode, type TreeEntry } from '../tree-object.ts';
import { walkTree, type WalkOptions } from '../tree-walk.ts';
import { type GitTables } from '../tables.ts';
import { CommitReader } from './commits.ts';
import { MAX_CACHED_BLOB, ObjectReader } from './objects.ts';

/** Most entries in one page of a list. */
export const MAX_PAGE = 1000;

/** Bytes that a transaction keeps of the folders it reads. */
const TRANSACTION_CACHE = 8 * MiB;

/** Reads the content of one repository. Whoever makes it has decided that the caller may. */
export class GitReader {
  protected readonly db: Kysely<GitTables>;
  protected readonly repoId: Id;
  protected readonly commits: CommitReader;
  protected readonly objects: ObjectReader;
  readonly #cache: ObjectCache | undefined;

  /** A transaction has a cache of its own: what it wrote may never have been, and must not reach the shared one. */
  constructor(db: Db | Tx, repoId: Id, cache?: ObjectCache) {
    this.db = db.withTables<GitTables>();
    this.repoId = repoId;
    this.#cache = db instanceof Db ? cache : new ObjectCache(TRANSACTION_CACHE);
    this.commits = new CommitReader(this.db, repoId, this.#cache);
    this.objects = new ObjectReader(this.db, repoId, this.#cache);
  }

  /** The first of these refs that exists. */
  async findRef(...names: readonly Ref[]): Promise<ListedRef | undefined> {
    const rows = await this.db
      .selectFrom('git.ref')
      .select(['name', 'target', 'commit'])
      .where('repo_id', '=', this.repoId)
      .where('name', 'in', names)
      .execute();
    for (const name of names) {
      const row = rows.find((one) => one.name === name);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  /** All refs, by name. */
  async listRefs(): Promise<ListedRef[]> {
    return await this.db
      .selectFrom('git.ref')
      .select(['name', 'target', 'commit'])
      .where('repo_id', '=', this.repoId)
      .orderBy('name')
      .execute();
  }

  async findCommit(oid: Sha1): Promise<CommitSummary | undefined> {
    return await this.commits.find(oid);
  }

  async readTree(oid: Sha1): Promise<readonly TreeEntry[]> {
    return await this.objects.readTree(oid);
  }

  /** Reads folders that will be asked for next; without a cache to keep them in it does nothing. */
  async prefetchTrees(oids: readonly Sha1[]): Promise<void> {
    if (this.#cache !== undefined) await this.objects.readTrees(oids);
  }

  /** The bytes of a blob; `undefined` when there is none with this id, or it has more than `limit` bytes. */
  async findBlob(oid: Sha1, limit: number): Promise<Buffer | undefined> {
    return await this.objects.findBlob(oid, limit);
  }

  /** The same, opened where it is too large to be read whole for every caller. */
  async openBlob(oid: Sha1): Promise<Buffer | OpenBlob | undefined> {
    const cached = this.#cache?.findBlob(this.repoId, oid);
    if (cached !== undefined) return cached;
    const { size } = (await this.objects.readFacts([oid])).get(oid) ?? {};
    if (size === undefined) return undefined;
    if (size <= MAX_CACHED_BLOB) return await this.objects.findBlob(oid, size);
    const read = (range: { start: number; end: number }) => this.objects.readSlices(oid, range);
    return { size, fd: undefined, read, [Symbol.asyncDispose]: () => Promise.resolve() };
  }

  /** What stands at a path of a commit; `''` is the root. `undefined` when nothing does or there is no such commit. */
  async findEntry(commit: Sha1, path: string): Promise<Entry | undefined> {
    const cached = this.#cache?.findEntry(this.repoId, commit, path);
    if (cached !== undefined) return cached ?? undefined;
    const summary = await this.commits.find(commit);
    if (summary === undefined) return undefined;
    const entry = await this.findEntryIn(summary.tree, path);
    this.#cache?.keepEntry({ repo: this.repoId, commit, path }, entry ?? null);
    return entry;
  }

  /** The same in a folder that is known by its id. */
  async findEntryIn(root: Sha1, path: string): Promise<Entry | undefined> {
    const [entry] = await this.findEntries(root, [path]);
    return entry;
  }

  /** What stands at each of these paths of a folder, in their order; what is not there is left out. */
  async findEntries(root: Sha1, paths: readonly string[]): Promise<ListedEntry[]> {
    const found: { path: string; entry: TreeEntry }[] = [];
    for (const path of paths) {
      const entry = await this.#locate(root, path);
      if (entry !== undefined) found.push({ path, entry });
    }
    return await this.#describe(found);
  }

  /** A page of what a folder holds, in git's order, from behind `after`. Throws `tree.cursor-invalid`. */
  async listTree(root: Sha1, options: WalkOptions & { readonly limit: number }): Promise<ListedEntry[]> {
    const page: { path: string; entry: TreeEntry }[] = [];
    for await (const item of walkTree(this, root, options)) {
      page.push(item);
      if (page.length >= Math.min(options.limit, MAX_PAGE)) break;
    }
    return await this.#describe(page);
  }

  /**
   * The paths of the first files of a folder, at any depth, without a look at the files; submodules count as such. With a
   * bound on their length, `undefined` where they are longer together: a path can have four thousand bytes.
   */
  async listFilePaths(root: Sha1, limit: number): Promise<string[]>;
  async listFilePaths(root: Sha1, limit: number, longest: number): Promise<string[] | undefined>;
  async listFilePaths(root: Sha1, limit: number, longest = Infinity): Promise<string[] | undefined> {
    const paths: string[] = [];
    let seen = 0;
    let length = 0;
    for await (const { path, entry } of walkTree(this, root, { prefix: '', recursive: true })) {
      if (isFolder(entry)) continue;
      length += path.length;
      if (length > longest) return undefined;
      if (isFile(entry)) paths.push(path);
      seen += 1;
      if (seen >= limit) break;
    }
    return paths;
  }

  /** Commits through first parents, newest first, passing over the first `skip`. */
  async listCommits(from: CommitSummary, options: { skip: number; limit: number }): Promise<CommitSummary[]> {
    const start = await this.commits.ancestorAt(from, from.depth - options.skip);
    if (start === undefined || options.limit < 1) return [];
    return await this.commits.listFrom(start.oid, Math.min(options.limit, MAX_PAGE));
  }

  /** The last commit that changed each path, or something below it, seen from a commit. */
  async lastCommits(from: CommitSummary, paths: readonly string[]): Promise<Map<string, CommitSummary>> {
    return await this.commits.lastChanges(from, paths);
  }

  /** How many bytes more the files of a tree have after these changes; large files count with their content. */
  async growth(changed: readonly ChangedPath[]): Promise<number> {
    const versions = changed.flatMap((change) => [
      ...('after' in change ? [{ ...change.after, sign: 1 }] : []),
      ...('before' in change ? [{ ...change.before, sign: -1 }] : []),
    ]);
    const files = versions.filter(({ mode }) => mode !== '160000');
    const facts = await this.objects.readFacts(files.map(({ oid }) => oid));
    return files.reduce((sum, { oid, sign }) => sum + sign * sizeOf(factsOf(facts, oid)), 0);
  }

  /** Bytes of all files of a tree. Goes through all of it: for what is not counted by `growth`. */
  async sumSizes(root: Sha1): Promise<number> {
    let [sum, after] = [0, undefined as string | undefined];
    for (;;) {
      const page = await this.listTree(root, { prefix: '', recursive: true, after, limit: MAX_PAGE });
      for (const entry of page) if (entry.kind === 'file') sum += sizeOf(entry);
      if (page.length < MAX_PAGE) return sum;
      after = page.at(-1)?.path;
    }
  }

  async #locate(root: Sha1, path: string): Promise<TreeEntry | undefined> {
    let entry: TreeEntry = { mode: '40000', name: '', oid: root };
    for (const name of path === '' ? [] : path.split('/')) {
      if (!isFolder(entry)) return undefined;
      const next: TreeEntry | undefined = (await this.readTree(entry.oid)).find((one) => one.name === name);
      if (next === undefined) return undefined;
      entry = next;
    }
    return entry;
  }

  /** Size and LFS pointer of each file; submodules are left out: nothing of them is here. */
  async #describe(page: readonly { path: string; entry: TreeEntry }[]): Promise<ListedEntry[]> {
    const files = page.filter(({ entry }) => isFile(entry)).map(({ entry }) => entry.oid);
    const facts = files.length === 0 ? new Map<Sha1, BlobFacts>() : await this.objects.readFacts(files);
    const listed: ListedEntry[] = [];
    for (const { path, entry } of page) {
      const { oid, mode } = entry;
      if (isFolder(entry)) listed.push({ path, kind: 'folder', oid });
      else if (isFile(entry))
        listed.push({ path, kind: 'file', oid, mode: mode as FileMode, ...factsOf(facts, oid) });
    }
    return listed;
  }
}

function sizeOf({ lfs, size }: BlobFacts): number {
  return lfs?.size ?? size;
}

function isFile(entry: TreeEntry): boolean {
  return !isFolder(entry) && entry.mode !== '160000';
}

function factsOf(facts: ReadonlyMap<Sha1, BlobFacts>, oid: Sha1): BlobFacts {
  const found = facts.get(oid);
  if (found === undefined) throw new Error(`git blob ${oid} is not there`);
  return found;
}
