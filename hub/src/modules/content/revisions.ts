// Finds the commit behind a branch, a tag or an id. Where a deployment has one hub, where refs point is kept in memory
// and forgotten with each change that this process makes; with more hubs every answer is asked of the database.
import { isFault } from '@holdfast/kernel/fault';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import {
  findRevision,
  GitReader,
  MAIN_BRANCH,
  refsOf,
  splitRevisionPath,
  type SharedObjectCache,
  type Ref,
  type RepoPath,
  type Revision,
  type RevisionPath,
} from '#modules/git';
import { revisionMissing } from './faults.ts';
import { type Resolved } from './model.ts';

/** What resolving needs. */
export interface RevisionsDeps {
  readonly db: Db;
  readonly epochs: Epochs;
  readonly cache: SharedObjectCache;
  /** Whether no other process can move a ref of this database. */
  readonly soleHub: boolean;
}

const MAX_REPOS = 20_000;
const MAX_NAMES = 200;
const MAX_READINGS = 10_000;
const LONGEST_KEPT = 200;
const MAX_LOCATED = 20_000;

/** A place in a repository. */
interface Located {
  readonly commit: Sha1;
  readonly path: RepoPath | '';
  /** The revision as it was asked for. */
  readonly revision: string;
}

/** Resolves revisions. */
export class Revisions {
  readonly #deps: RevisionsDeps;
  #known = new Map<Id, Map<string, Resolved>>();
  #readings = new Map<string, readonly RevisionPath[]>();
  #located = new Map<Id, Map<string, Located>>();
  #locatedCount = 0;

  constructor(deps: RevisionsDeps) {
    this.#deps = deps;
    // What makes, copies or deletes a repository as a whole says so through this counter.
    deps.epochs.onChange('repos', () => {
      this.#known = new Map();
      this.#forgetLocated();
    });
  }

  /** Where a revision leads; `undefined` when nothing has this name. */
  async find(repoId: Id, revision: Revision): Promise<Resolved | undefined> {
    if (revision.kind === 'commit') {
      const found = await this.#reader(repoId).findCommit(revision.oid);
      return found && { commit: found.oid, ref: undefined };
    }
    const names = refsOf(revision, MAIN_BRANCH);
    if (!this.#deps.soleHub) return await findIn(this.#reader(repoId), names);
    const key = revision.kind === 'name' ? revision.name : (names[0] ?? '');
    const known = this.#namesOf(repoId);
    const before = known.get(key);
    if (before !== undefined) return before;
    const resolved = await findIn(this.#reader(repoId), names);
    // Into the map of when the question was asked: a commit while it was under way has replaced that map.
    if (resolved !== undefined && known.size < MAX_NAMES) known.set(key, resolved);
    return resolved;
  }

  /** Where the text leads. Throws `revision.missing`. */
  async get(repoId: Id, text: string): Promise<Resolved> {
    const revision = findRevision(text);
    const resolved = revision && (await this.find(repoId, revision));
    if (resolved === undefined) throw revisionMissing(text);
    return resolved;
  }

  /** What an address names: `raw` is what follows `tree/` or `resolve/`, still encoded. Throws `revision.missing` and the faults of a path. */
  async locate(repoId: Id, raw: string): Promise<Located> {
    const kept = this.#locatedOf(repoId);
    const before = kept.get(raw);
    if (before !== undefined) return before;
    const readings = this.#readingsOf(raw);
    for (const { revision, path, text } of readings) {
      const resolved = await this.find(repoId, revision);
      if (resolved === undefined) continue;
      const located = { commit: resolved.commit, path, revision: text };
      // Into the map of when the question was asked, as above.
      if (this.#deps.soleHub && raw.length <= LONGEST_KEPT) this.#keepLocated(kept, raw, located);
      return located;
    }
    throw revisionMissing(readings[0]?.text ?? raw);
  }

  /** Forgets where the refs of a repository point. Call it once a change of them is committed. */
  forget(repoId: Id): void {
    this.#known.delete(repoId);
    this.#located.delete(repoId);
  }

  #locatedOf(repoId: Id): Map<string, Located> {
    let located = this.#located.get(repoId);
    if (located === undefined) {
      located = new Map();
      this.#located.set(repoId, located);
      this.#locatedCount += 1;
    }
    return located;
  }

  #keepLocated(kept: Map<string, Located>, raw: string, located: Located): void {
    if (this.#locatedCount >= MAX_LOCATED) this.#forgetLocated();
    kept.set(raw, located);
    this.#locatedCount += 1;
  }

  #forgetLocated(): void {
    this.#located = new Map();
    this.#locatedCount = 0;
  }

  // Pure, so that what was read of an address once is true for ever; clients ask for the same few again and again.
  #readingsOf(raw: string): readonly RevisionPath[] {
    const before = this.#readings.get(raw);
    if (before !== undefined) return before;
    const readings = parseAddress(raw);
    if (raw.length > LONGEST_KEPT) return readings;
    if (this.#readings.size >= MAX_READINGS) this.#readings = new Map();
    this.#readings.set(raw, readings);
    return readings;
  }

  #reader(repoId: Id): GitReader {
    return new GitReader(this.#deps.db, repoId, this.#deps.cache.current);
  }

  #namesOf(repoId: Id): Map<string, Resolved> {
    let names = this.#known.get(repoId);
    if (names === undefined) {
      if (this.#known.size >= MAX_REPOS) this.#known = new Map();
      names = new Map();
      this.#known.set(repoId, names);
    }
    return names;
  }
}

async function findIn(reader: GitReader, names: readonly Ref[]): Promise<Resolved | undefined> {
  const ref = await reader.findRef(...names);
  return ref && { commit: ref.commit, ref: ref.name };
}

/** A revision that cannot exist is one that does not: clients branch on the code of a missing one. */
function parseAddress(raw: string): readonly RevisionPath[] {
  try {
    return splitRevisionPath(raw);
  } catch (error) {
    if (isFault(error, 'revision.invalid')) throw revisionMissing(raw.split('/', 1)[0] ?? '');
    throw error;
  }
}
