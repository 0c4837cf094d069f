// Finds, lists and counts repositories for those who may know of them.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db } from '@holdfast/platform/postgres/database';
import {
  discoverableNamespaces,
  mayNamespace,
  mayRepo,
  scopedReach,
  type Actor,
  type GrantUses,
  type RepoAction,
  type RepoType,
} from '#modules/access';
import { type Account } from '#modules/identity';
import { everyDay, type DownloadDay } from './days.ts';
import { listDownloadDays } from './download-store.ts';
import { FacetCounts } from './facet-counts.ts';
import { listSignInNeeded, repoMissing, repoSignInNeeded, storageForbidden } from './faults.ts';
import {
  countRepos,
  countFacets,
  listLargest,
  listRepos,
  listTags,
  type RepoCounts,
  type RepoPage,
  type CountedFacets,
  type SizeBounds,
} from './list-store.ts';
import { type Reach } from './list-filter-store.ts';
import { fullName, subjectOf, type Repo, type RepoName, type RepoQuery } from './model.ts';
import { RepoMoved } from './moved.ts';
import { noteNamespaceUse, noteRepoUse } from './note-use.ts';
import { RepoCache } from './repo-cache.ts';
import { requireRight } from './right.ts';
import { RepoReader } from './store.ts';

/** A repository by type and name. */
export interface RepoAddress extends RepoName {
  readonly type: RepoType;
}

/** The repositories of the instance. */
export class Repos {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #uses: GrantUses;
  readonly #cache: RepoCache;
  readonly #counts: FacetCounts;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs; uses: GrantUses }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#uses = deps.uses;
    this.#cache = new RepoCache(deps);
    this.#counts = new FacetCounts(deps.clock);
  }

  /**
   * The repository, if the actor may do this to it. Throws `repo.missing`, `.sign-in-needed`, `.forbidden`, `.gated`,
   * or `RepoMoved` where the name is an old one.
   */
  async get(actor: Actor, address: RepoAddress, action: RepoAction): Promise<Repo> {
    const named = await this.#cache.find(address.type, address);
    if (named === undefined) throw actor.kind === 'anonymous' ? repoSignInNeeded() : repoMissing();
    const { repo, moved } = named;
    this.require(actor, action, repo);
    if (moved) throw new RepoMoved(fullName(address), fullName(repo));
    return repo;
  }

  /** For who found a repository by something else than its name: throws what `get` throws of rights. */
  require(actor: Actor, action: RepoAction, repo: Repo): void {
    requireRight(actor, action, repo);
    noteRepoUse(this.#uses, actor, { action, repo });
  }

  /**
   * The repository of an id, whatever it is called by now, for who was let in by its name and asks again. Throws `repo.missing`
   * once it is gone, and what `get` throws of rights.
   */
  async getKnown(actor: Actor, id: Id, action: RepoAction): Promise<Repo> {
    const repo = await this.findKnown(id);
    if (repo === undefined) throw repoMissing();
    this.require(actor, action, repo);
    return repo;
  }

  /** One page of the repositories that match and that the actor may discover. */
  async list(actor: Actor, query: RepoQuery): Promise<RepoPage> {
    if (actor.kind === 'anonymous' && !actor.mayReadPublic) throw listSignInNeeded();
    return await listRepos({ db: this.#db, counts: this.#counts, reach: reachOf(actor) }, query);
  }

  /** Whether the actor may read the files of a repository they were allowed to discover. */
  mayRead(actor: Actor, repo: Repo): boolean {
    return mayRepo(actor, 'read', subjectOf(repo)).allowed;
  }

  /** Whether the actor may change what is in a repository. */
  mayWrite(actor: Actor, repo: Repo): boolean {
    return mayRepo(actor, 'write', subjectOf(repo)).allowed;
  }

  /** Whether the actor may change what a repository is called, who sees it, and that it is there. */
  mayAdminister(actor: Actor, repo: Repo): boolean {
    return mayRepo(actor, 'administer', subjectOf(repo)).allowed;
  }

  /**
   * The tags of public repositories of a type, most used first. None for those who may not read: clients ask without
   * a token, and expect the vocabulary.
   */
  async listTags(actor: Actor, type: RepoType): Promise<string[]> {
    if (actor.kind === 'anonymous' && !actor.mayReadPublic) return [];
    return await listTags(this.#db, type);
  }

  /** How many of the thousand most downloaded repositories that the actor may discover have each tag, and each of these sizes. */
  async countFacets(actor: Actor, type: RepoType, sizes: readonly SizeBounds[]): Promise<CountedFacets> {
    if (actor.kind === 'anonymous' && !actor.mayReadPublic) return { tags: [], sizes: sizes.map(() => 0) };
    return await countFacets(this.#db, { type, sizes }, reachOf(actor));
  }

  /** How many repositories of each type a namespace has, of those that the actor may discover. */
  async countIn(actor: Actor, namespaceId: Id): Promise<RepoCounts> {
    return await countRepos(this.#db, namespaceId, reachOf(actor));
  }

  /** The repositories of a namespace that occupy most, largest first. Throws `repo.storage-forbidden`. */
  async listStorage(actor: Actor, namespace: Account): Promise<Repo[]> {
    const subject = { kind: 'namespace', id: namespace.id, type: namespace.kind } as const;
    if (!mayNamespace(actor, 'settings', subject).allowed) throw storageForbidden(namespace.name);
    noteNamespaceUse(this.#uses, actor, { of: namespace, permission: 'org.repos.read' });
    return await listLargest(this.#db, namespace.id, reachOf(actor));
  }

  /** Downloads on each of the last 30 days, today last, for who may read the files. Throws what `get` throws of rights. */
  async listDownloads(actor: Actor, repo: Repo): Promise<DownloadDay[]> {
    requireRight(actor, 'read', repo);
    const now = this.#clock.now();
    return everyDay(await listDownloadDays(this.#db, repo.id, now), now);
  }

  /** The repository with this id, for work that follows from one that was allowed. */
  async findById(id: Repo['id']): Promise<Repo | undefined> {
    return await new RepoReader(this.#db).findById(id);
  }

  /** The same, for those who ask at every request: its counters may be old, its name and its rights are not. */
  async findKnown(id: Repo['id']): Promise<Repo | undefined> {
    return await this.#cache.findById(id);
  }

  /** Forgets cached heads and counters of this process, after a commit. */
  forget(): void {
    this.#cache.clear();
  }
}

function reachOf(actor: Actor): Reach {
  const { namespaces, repos } = scopedReach(actor);
  return { namespaces: [...discoverableNamespaces(actor), ...namespaces], repos };
}
