// Lists the refs and the commits of a repository.
import { type Db } from '@holdfast/platform/postgres/database';
import { GitReader, type CommitSummary, type ListedRef, type SharedObjectCache } from '#modules/git';
import { type Reads } from '#modules/ledger';
import { type Repo } from '#modules/repos';
import { recordListing } from './content.ts';
import { revisionMissing } from './faults.ts';
import { type Visit } from './model.ts';

/** What history needs. */
export interface HistoryDeps {
  readonly db: Db;
  readonly reads: Reads;
  readonly cache: SharedObjectCache;
}

/** The refs and commits of repositories. */
export class History {
  readonly #deps: HistoryDeps;

  constructor(deps: HistoryDeps) {
    this.#deps = deps;
  }

  /** All refs, by name. */
  async listRefs(visit: Visit): Promise<ListedRef[]> {
    const refs = await this.#reader(visit.repo).listRefs();
    await recordListing(this.#deps.reads, visit);
    return refs;
  }

  /** A page of commits, newest first, and how many there are in all. */
  async listCommits(
    visit: Visit,
    page: { skip: number; limit: number },
  ): Promise<{ commits: CommitSummary[]; total: number }> {
    const reader = this.#reader(visit.repo);
    const from = await reader.findCommit(visit.commit);
    if (from === undefined) throw revisionMissing(visit.revision);
    await recordListing(this.#deps.reads, visit);
    return { commits: await reader.listCommits(from, page), total: from.depth };
  }

  #reader(repo: Pick<Repo, 'id'>): GitReader {
    return new GitReader(this.#deps.db, repo.id, this.#deps.cache.current);
  }
}
