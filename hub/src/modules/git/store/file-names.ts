// The names of the files of many repositories at once, for lists: a few questions in all, whatever the number of
// repositories, and a bound on what is read.
import { sql, type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { type Db } from '@holdfast/platform/postgres/database';
import { compareEntries, isFolder, parseTree, type TreeEntry } from '../tree-object.ts';
import { type GitTables } from '../tables.ts';

/** A commit of a repository. */
export interface Head {
  readonly repoId: Id;
  readonly commit: Sha1;
}

/** Folders read for one list, in bytes: those of some forty thousand files. */
const MOST_BYTES = 2 * MiB;
/** Text of the folders before the names: a short name in a deep folder has a path of four thousand bytes. */
const MOST_TEXT = 8 * MiB;
/** The least that an entry takes in a folder's bytes. */
const ENTRY_BYTES = 28;

/**
 * The paths of all files of each commit in git's order: of as many of the first commits as can be read within the
 * limit, and of none where the first alone takes more. For `undefined` there are none.
 */
export async function listFileNames(db: Db, heads: readonly (Head | undefined)[]): Promise<string[][]> {
  const lists = new FileNames(db.withTables<GitTables>(), heads);
  return await lists.read();
}

interface Visit {
  /** Which of the heads. */
  readonly index: number;
  readonly repoId: Id;
  readonly oid: Sha1;
  readonly prefix: string;
}

class FileNames {
  readonly #db: Kysely<GitTables>;
  readonly #heads: readonly (Head | undefined)[];
  readonly #paths: string[][];
  /** Bytes of folders by head. */
  readonly #bytes: number[];
  /** Of the paths, at most, what the names in those folders begin with. */
  readonly #text: number[];

  constructor(db: Kysely<GitTables>, heads: readonly (Head | undefined)[]) {
    this.#db = db;
    this.#heads = heads;
    this.#paths = heads.map(() => []);
    this.#bytes = heads.map(() => 0);
    this.#text = heads.map(() => 0);
  }

  async read(): Promise<string[][]> {
    for (let visits = await this.#findRoots(); visits.length > 0;) {
      const within = await this.#withinLimit(visits);
      const folders = await this.#readFolders(within);
      visits = within.flatMap((visit) => this.#take(visit, folders.get(keyOf(visit)) ?? []));
    }
    return this.#paths.slice(0, this.#fitting()).map((paths) => paths.sort(comparePaths));
  }

  async #findRoots(): Promise<Visit[]> {
    const wanted = this.#heads.flatMap((head, index) => (head === undefined ? [] : [{ ...head, index }]));
    if (wanted.length === 0) return [];
    const { rows } = await sql<{ index: number; repo_id: Id; tree: Sha1 }>`
      select h.index, c.repo_id, c.tree
        from unnest(${wanted.map(({ index }) => index)}::int[], ${wanted.map(({ repoId }) => repoId)}::text[],
          ${wanted.map(({ commit }) => commit)}::text[]) as h (index, repo_id, oid)
        join git.commit c on c.repo_id = h.repo_id and c.oid = h.oid`.execute(this.#db);
    return rows.map(({ index, repo_id: repoId, tree: oid }) => ({ index, repoId, oid, prefix: '' }));
  }

  /** Counts what the visits will read, and leaves out those to repositories that no longer fit behind the others. */
  async #withinLimit(visits: readonly Visit[]): Promise<Visit[]> {
    const { rows } = await sql<{ repo_id: Id; oid: Sha1; size: number }>`
      select o.repo_id, o.oid, o.size ${this.#foldersOf(visits)}`.execute(this.#db);
    const sizes = new Map(rows.map(({ repo_id: repoId, oid, size }) => [keyOf({ repoId, oid }), size]));
    // Each visit counts, and not each folder once: folders that hold one another many times over have endless paths.
    for (const visit of visits) {
      const size = sizes.get(keyOf(visit)) ?? 0;
      this.#bytes[visit.index] = (this.#bytes[visit.index] ?? 0) + size;
      this.#text[visit.index] = (this.#text[visit.index] ?? 0) + (visit.prefix.length * size) / ENTRY_BYTES;
    }
    const fitting = this.#fitting();
    return visits.filter(({ index }) => index < fitting);
  }

  /** How many heads there are until the limit. */
  #fitting(): number {
    let bytes = 0;
    let text = 0;
    const end = this.#bytes.findIndex((more, index) => {
      bytes += more;
      text += this.#text[index] ?? 0;
      return bytes > MOST_BYTES || text > MOST_TEXT;
    });
    return end === -1 ? this.#heads.length : end;
  }

  async #readFolders(visits: readonly Visit[]): Promise<Map<string, TreeEntry[]>> {
    if (visits.length === 0) return new Map();
    const { rows } = await sql<{ repo_id: Id; oid: Sha1; bytes: Buffer }>`
      select o.repo_id, o.oid, o.bytes ${this.#foldersOf(visits)}`.execute(this.#db);
    return new Map(rows.map(({ repo_id: repoId, oid, bytes }) => [keyOf({ repoId, oid }), parseTree(bytes)]));
  }

  #foldersOf(visits: readonly Visit[]) {
    const folders = [...new Map(visits.map((visit) => [keyOf(visit), visit])).values()];
    return sql`from unnest(${folders.map(({ repoId }) => repoId)}::text[],
        ${folders.map(({ oid }) => oid)}::text[]) as f (repo_id, oid)
      join git.object o on o.repo_id = f.repo_id and o.oid = f.oid`;
  }

  /** Takes over the files of a folder; gives the folders in it. */
  #take(visit: Visit, entries: readonly TreeEntry[]): Visit[] {
    const below: Visit[] = [];
    for (const entry of entries) {
      const path = visit.prefix + entry.name;
      if (isFolder(entry)) below.push({ ...visit, oid: entry.oid, prefix: `${path}/` });
      else if (entry.mode !== '160000') this.#paths[visit.index]?.push(path);
    }
    return below;
  }
}

function keyOf({ repoId, oid }: Pick<Visit, 'repoId' | 'oid'>): string {
  return repoId + oid;
}

function comparePaths(a: string, b: string): number {
  return compareEntries({ name: a, mode: '100644' }, { name: b, mode: '100644' });
}
