// Reads the files of repositories at a commit: found, listed, described, read. Listings of private repositories are
// recorded before they are answered.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Page } from '@holdfast/kernel/page';
import { MiB } from '@holdfast/kernel/size';
import { type Db } from '@holdfast/platform/postgres/database';
import { isRecorded, referencesOf } from '#modules/access';
import {
  entryMissing,
  GitReader,
  listFileNames,
  MAX_PAGE,
  type CommitSummary,
  type ListedEntry,
  type SharedObjectCache,
  type OpenBlob,
} from '#modules/git';
import { type Reads } from '#modules/ledger';
import { type Repo, type RepoAddress, type Repos } from '#modules/repos';
import { cursorInvalid, revisionMissing } from './faults.ts';
import {
  decodeTreeCursor,
  encodeTreeCursor,
  factsOf,
  itemOf,
  type FoundFile,
  type ListedFile,
  type TreeItem,
  type Visit,
  type Visitor,
} from './model.ts';
import { type Revisions } from './revisions.ts';

/** What reading needs. */
export interface ContentDeps {
  readonly db: Db;
  readonly repos: Repos;
  readonly reads: Reads;
  readonly revisions: Revisions;
  readonly cache: SharedObjectCache;
}

/** What a listing of a folder shows. */
export interface TreeWish {
  readonly recursive: boolean;
  /** Whether each line names the last commit that changed it. */
  readonly expand: boolean;
  readonly limit: number;
  /** The path after which the listing goes on. */
  readonly after?: string | undefined;
}

/** A place in a repository. */
export type Place = Pick<Visit, 'commit' | 'path'> & { readonly repo: Pick<Repo, 'id'> };

/** Files of one revision that are listed at once. */
const MOST_FILES = 50_000;
/** Units of text of their paths: of 50,000 files, 160 each. */
const MOST_TEXT = 8 * MiB;

/** The files of repositories. */
export class Content {
  readonly #deps: ContentDeps;

  constructor(deps: ContentDeps) {
    this.#deps = deps;
  }

  /**
   * The place that an address names, for a visitor who may read it. `raw` is what follows `tree/` or `resolve/` in a
   * URL, still encoded. Throws what `Repos.get` throws, `revision.missing`, and the faults of a path.
   */
  async visit(visitor: Visitor, address: RepoAddress, raw: string): Promise<Visit> {
    const repo = await this.#deps.repos.get(visitor.actor, address, 'read');
    const located = await this.#deps.revisions.locate(repo.id, raw);
    return { visitor, repo, ...located };
  }

  /** The commit behind a decoded revision. Throws `revision.missing`. */
  async resolveRevision(repo: Pick<Repo, 'id'>, revision: string): Promise<Sha1> {
    return (await this.#deps.revisions.get(repo.id, revision)).commit;
  }

  /** The commit and the path in an address that is still encoded. Throws `revision.missing`, the faults of a path. */
  async locate(repo: Pick<Repo, 'id'>, raw: string): ReturnType<Revisions['locate']> {
    return await this.#deps.revisions.locate(repo.id, raw);
  }

  /** The file at a place, for those who were let in; `undefined` when no file is there. */
  async findVisited({ repo, commit, path }: Place): Promise<FoundFile | undefined> {
    const entry = await this.#reader(repo).findEntry(commit, path);
    return entry?.kind === 'file' ? { commit, ...factsOf({ ...entry, path }) } : undefined;
  }

  /** All bytes of a blob; `undefined` when the repository has none with this id or it has more than `limit` bytes. */
  async findBlob(repo: Pick<Repo, 'id'>, oid: Sha1, limit: number): Promise<Buffer | undefined> {
    return await this.#reader(repo).findBlob(oid, limit);
  }

  /** A blob: its bytes, or, where it is large, a way to read them part by part. */
  async openBlob(repo: Pick<Repo, 'id'>, oid: Sha1): Promise<Buffer | OpenBlob | undefined> {
    return await this.#reader(repo).openBlob(oid);
  }

  /** All files of a commit, for those who were let in; at most `limit`. */
  async listFiles(repo: Pick<Repo, 'id'>, commit: Sha1, limit = MOST_FILES): Promise<ListedFile[]> {
    const root = await this.#rootOf(repo, commit);
    const files: ListedFile[] = [];
    let after: string | undefined;
    do {
      const options = { prefix: '', recursive: true, after, limit: MAX_PAGE };
      const page = await this.#reader(repo).listTree(root, options);
      for (const entry of page)
        if (entry.kind === 'file') files.push({ ...factsOf(entry), mode: entry.mode });
      after = page.length < MAX_PAGE ? undefined : page.at(-1)?.path;
    } while (after !== undefined && files.length < limit);
    return files.slice(0, limit);
  }

  /**
   * Their paths alone, which need no look at any of the files; `undefined` where they are too long for one answer, as an
   * answer without some would be taken for all: they are listed page by page.
   */
  async listPaths(repo: Pick<Repo, 'id'>, commit: Sha1): Promise<string[] | undefined> {
    return await this.#reader(repo).listFilePaths(await this.#rootOf(repo, commit), MOST_FILES, MOST_TEXT);
  }

  /** All files of a commit for one answer; `undefined` as `listPaths` has it. */
  async listAnswered(repo: Pick<Repo, 'id'>, commit: Sha1): Promise<ListedFile[] | undefined> {
    const fit = (await this.listPaths(repo, commit)) !== undefined;
    return fit ? await this.listFiles(repo, commit) : undefined;
  }

  /**
   * The paths of all files at the head of each repository, for a list of them: of as many of the first as one answer
   * can hold, and of one at least (`undefined` where that is too long). Where the visitor may not read, none.
   */
  async listNames(visitor: Visitor, repos: readonly Repo[]): Promise<(string[] | undefined)[]> {
    const heads = repos.map((repo) => {
      const { id: repoId, head: commit } = repo;
      return commit !== null && this.#deps.repos.mayRead(visitor.actor, repo)
        ? { repoId, commit }
        : undefined;
    });
    const names: (string[] | undefined)[] = await listFileNames(this.#deps.db, heads);
    const [first] = heads;
    if (names.length === 0 && first !== undefined)
      names.push(await this.listPaths({ id: first.repoId }, first.commit));
    const visits = repos.slice(0, names.length).map((repo, index) => ({ repo, head: heads[index] }));
    await Promise.all(
      visits.map(async ({ repo, head }) => {
        if (head === undefined) return;
        await recordListing(this.#deps.reads, { repo, commit: head.commit, path: '', visitor });
      }),
    );
    return names;
  }

  /**
   * Where a listing goes on: at the commit of its first page, wherever the branch is by now, and after this path.
   * Throws `content.cursor-invalid`, also for a commit that the repository does not have: whoever may read it could ask
   * for any of its commits, and for none of another.
   */
  async goOn(visit: Visit, cursor: string | undefined): Promise<{ visit: Visit; after?: string }> {
    if (cursor === undefined) return { visit };
    const decoded = decodeTreeCursor(cursor);
    if (decoded === undefined) throw cursorInvalid();
    const { commit: oid, after } = decoded;
    const found = await this.#deps.revisions.find(visit.repo.id, { kind: 'commit', oid });
    if (found === undefined) throw cursorInvalid();
    return { visit: { ...visit, commit: found.commit }, after };
  }

  /** A page of a folder. Throws `entry.missing` when no folder is there, `content.cursor-invalid` on a later page. */
  async listTree(visit: Visit, wish: TreeWish): Promise<Page<TreeItem>> {
    const { repo, path, commit } = visit;
    const reader = this.#reader(repo);
    const folder = await reader.findEntry(commit, path);
    if (folder?.kind !== 'folder')
      throw wish.after === undefined ? entryMissing(path, 'folder') : cursorInvalid();
    await this.#recordRead(visit);
    const limit = Math.min(wish.limit, MAX_PAGE);
    const options = { prefix: path, recursive: wish.recursive, after: wish.after, limit };
    const entries = await reader.listTree(folder.oid, options);
    const items = await this.#present(repo, { commit, entries, expand: wish.expand });
    const last = entries.at(-1);
    if (entries.length < limit || last === undefined) return { items };
    return { items, next: encodeTreeCursor({ commit, after: last.path }) };
  }

  /** What stands at each path; what is not there is left out. */
  async pathsInfo(visit: Visit, paths: readonly string[], expand: boolean): Promise<TreeItem[]> {
    const root = await this.#rootOf(visit.repo, visit.commit);
    await this.#recordRead(visit);
    const entries = await this.#reader(visit.repo).findEntries(root, paths);
    return await this.#present(visit.repo, { commit: visit.commit, entries, expand });
  }

  async #present(
    repo: Repo,
    page: { commit: Sha1; entries: readonly ListedEntry[]; expand: boolean },
  ): Promise<TreeItem[]> {
    const items = page.entries.map(itemOf);
    if (!page.expand || items.length === 0) return items;
    const reader = this.#reader(repo);
    const from = await reader.findCommit(page.commit);
    if (from === undefined) return items;
    const last = await reader.lastCommits(
      from,
      items.map((item) => item.path),
    );
    return items.map((item) => ({ ...item, lastCommit: last.get(item.path) ?? from }));
  }

  async #rootOf(repo: Pick<Repo, 'id'>, commit: Sha1): Promise<Sha1> {
    const summary: CommitSummary | undefined = await this.#reader(repo).findCommit(commit);
    if (summary === undefined) throw revisionMissing(commit);
    return summary.tree;
  }

  async #recordRead(visit: Visit): Promise<void> {
    await recordListing(this.#deps.reads, visit);
  }

  #reader(repo: Pick<Repo, 'id'>): GitReader {
    return new GitReader(this.#deps.db, repo.id, this.#deps.cache.current);
  }
}

/** Records that names of private files or commits are about to be shown. */
export async function recordListing(reads: Reads, visit: Omit<Visit, 'revision'>): Promise<void> {
  const { repo, visitor } = visit;
  if (!isRecorded(repo)) return;
  await reads.recordRead({
    ...referencesOf(visitor.actor),
    address: visitor.address,
    repoId: repo.id,
    revision: visit.commit,
    path: visit.path,
  });
}
