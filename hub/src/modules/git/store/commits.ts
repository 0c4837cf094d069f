// Reads commits as lists show them: by id, by distance, in order, and the last that changed a path.
import { sql, type Kysely, type Selectable } from 'kysely';
import { createHash } from 'node:crypto';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type ObjectCache } from '../object-cache.ts';
import { type CommitSummary } from '../model.ts';
import { type GitTables } from '../tables.ts';

/** Reads the history of one repository. */
export class CommitReader {
  readonly #db: Kysely<GitTables>;
  readonly #repoId: Id;
  readonly #cache: ObjectCache | undefined;

  constructor(db: Kysely<GitTables>, repoId: Id, cache: ObjectCache | undefined) {
    this.#db = db;
    this.#repoId = repoId;
    this.#cache = cache;
  }

  async find(oid: Sha1): Promise<CommitSummary | undefined> {
    const cached = this.#cache?.findCommit(this.#repoId, oid);
    if (cached !== undefined) return cached;
    const row = await this.#db
      .selectFrom('git.commit')
      .selectAll()
      .where('repo_id', '=', this.#repoId)
      .where('oid', '=', oid)
      .executeTakeFirst();
    return row && this.#keep(row);
  }

  /** A commit that something points to. */
  async get(oid: Sha1): Promise<CommitSummary> {
    const commit = await this.find(oid);
    if (commit === undefined) throw new Error(`commit ${oid} of repository ${this.#repoId} is not there`);
    return commit;
  }

  /** The commit at this depth on the way from here through first parents; `undefined` above it or below the root. */
  async ancestorAt(from: CommitSummary, depth: number): Promise<CommitSummary | undefined> {
    if (depth > from.depth || depth < 1) return undefined;
    let commit = from;
    while (commit.depth > depth) {
      const [parent] = commit.parents;
      const far = commit.jump.depth >= depth;
      if (!far && parent === undefined) return undefined;
      commit = await this.get(far ? commit.jump.oid : (parent as Sha1));
    }
    return commit;
  }

  /** Commits from here through first parents, newest first. */
  async listFrom(from: Sha1, limit: number): Promise<CommitSummary[]> {
    const { rows } = await sql<Selectable<GitTables['git.commit']>>`
      with recursive history as (
        select c.*, 1 as n from git.commit c where repo_id = ${this.#repoId} and oid = ${from}
        union all
        select c.*, h.n + 1 from history h
          join git.commit c on c.repo_id = h.repo_id and c.oid = h.first_parent
         where h.n < ${limit}
      ) select * from history order by n`.execute(this.#db);
    return rows.map((row) => this.#keep(row));
  }

  /**
   * The last commit that changed each path, seen from a commit. Paths that no commit below the root changed came with
   * the root. Of commits on other branches a thousand per path are passed over; beyond that the answer is the root.
   */
  async lastChanges(from: CommitSummary, paths: readonly string[]): Promise<Map<string, CommitSummary>> {
    const found = new Map<string, CommitSummary>();
    const ancestors = new Map<number, CommitSummary | undefined>();
    let open = paths.map((path) => ({ path, below: from.depth + 1 }));
    for (let limit = 1; open.length > 0 && limit <= 1000; limit *= 10) {
      const candidates = await this.#changesBelow(open, limit);
      const next: typeof open = [];
      for (const { path, below } of open) {
        const own = candidates.get(path) ?? [];
        const commit = await this.#firstAncestor(from, own, ancestors);
        if (commit !== undefined) found.set(path, commit);
        else if (own.length === limit) next.push({ path, below: own.at(-1)?.depth ?? below });
      }
      open = next;
    }
    const rest = paths.filter((path) => !found.has(path));
    const root = rest.length > 0 ? await this.ancestorAt(from, 1) : undefined;
    if (root !== undefined) for (const path of rest) found.set(path, root);
    return found;
  }

  async #firstAncestor(
    from: CommitSummary,
    candidates: readonly Candidate[],
    known: Map<number, CommitSummary | undefined>,
  ): Promise<CommitSummary | undefined> {
    for (const { commit, depth } of candidates) {
      if (!known.has(depth)) known.set(depth, await this.ancestorAt(from, depth));
      const ancestor = known.get(depth);
      if (ancestor?.oid === commit) return ancestor;
    }
    return undefined;
  }

  async #changesBelow(
    open: readonly { path: string; below: number }[],
    limit: number,
  ): Promise<Map<string, Candidate[]>> {
    const keys = open.map(({ path }) => pathKey(path).toString('hex'));
    const { rows } = await sql<Candidate & { n: number }>`
      select p.n, c.commit, c.depth
        from unnest(${keys}::text[], ${open.map(({ below }) => below)}::int[]) with ordinality as p(key, below, n)
       cross join lateral (
         select commit, depth from git.change
          where repo_id = ${this.#repoId} and path_key = decode(p.key, 'hex') and depth < p.below
          order by depth desc, commit limit ${limit}) c
       order by p.n, c.depth desc`.execute(this.#db);
    const candidates = new Map<string, Candidate[]>();
    for (const row of rows) {
      const path = open[row.n - 1]?.path ?? '';
      const own = candidates.get(path);
      if (own === undefined) candidates.set(path, [row]);
      else own.push(row);
    }
    return candidates;
  }

  #keep(row: Selectable<GitTables['git.commit']>): CommitSummary {
    const commit = toCommit(row);
    this.#cache?.keepCommit(this.#repoId, commit);
    return commit;
  }
}

interface Candidate {
  readonly commit: Sha1;
  readonly depth: number;
}

/** The key of a path in `git.change`. */
export function pathKey(path: string): Buffer {
  return createHash('sha256').update(path).digest().subarray(0, 16);
}

function toCommit(row: Selectable<GitTables['git.commit']>): CommitSummary {
  return {
    oid: row.oid,
    tree: row.tree,
    parents: row.parents,
    depth: row.depth,
    jump: { oid: row.jump, depth: row.jump_depth },
    message: row.message,
    author: { name: row.author_name, email: row.author_email },
    at: row.at,
    request: row.request,
  };
}
