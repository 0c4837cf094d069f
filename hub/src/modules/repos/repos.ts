// Makes, finds, moves and deletes repositories, and changes their settings.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Page } from '@holdfast/kernel/page';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { enqueue } from '@holdfast/platform/queue';
import {
  discoverableNamespaces,
  mayNamespace,
  mayRepo,
  referencesOf,
  scopedReach,
  type Actor,
  type RepoAction,
  type RepoType,
  type Visibility,
} from '#modules/access';
import { AccountReader, isNamespaceName, type Account } from '#modules/identity';
import { record } from '#modules/ledger';
import { copyRepository, writeInitialCommit } from '#modules/git';
import { copyObjects } from '#modules/blobs';
import {
  listSignInNeeded,
  namespaceForbidden,
  namespaceMissing,
  repoExists,
  repoForbidden,
  repoGated,
  repoMissing,
  repoNameInvalid,
  repoNameRedirects,
  repoSignInNeeded,
  visibilityInvalid,
} from './faults.ts';
import { initialFacets, initialFiles } from './initial-files.ts';
import { countRepos, listLargest, listRepos, listTags, type Reach, type RepoCounts } from './list-store.ts';
import {
  fullName,
  isRepoName,
  NO_FACETS,
  subjectOf,
  type Repo,
  type RepoName,
  type RepoQuery,
  type SettingsChange,
} from './model.ts';
import { RepoMoved } from './moved.ts';
import { RepoCache } from './repo-cache.ts';
import { RepoReader, RepoWriter } from './store.ts';

/** A repository by type and name. */
export interface RepoAddress extends RepoName {
  readonly type: RepoType;
}

/** What a new repository should be. */
export interface NewRepo extends RepoAddress {
  readonly visibility: Visibility;
  /** For Spaces: which kind of app. */
  readonly sdk: string | null;
  readonly licence: string | null;
}

/** The queue task that removes the content of a deleted repository. */
export const ERASE_TASK = 'repos.erase';

/** The repositories of the instance. */
export class Repos {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  readonly #cache: RepoCache;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
    this.#cache = new RepoCache(deps);
  }

  /**
   * The repository, if the actor may do this to it. Throws `repo.missing`, `.sign-in-needed`, `.forbidden`, `.gated`,
   * or `RepoMoved` where the name is an old one.
   */
  async get(actor: Actor, address: RepoAddress, action: RepoAction): Promise<Repo> {
    const named = await this.#cache.find(address.type, address);
    if (named === undefined) throw actor.kind === 'anonymous' ? repoSignInNeeded() : repoMissing();
    const { repo, moved } = named;
    const decision = mayRepo(actor, action, subjectOf(repo));
    if (!decision.allowed) {
      if (decision.refusal === 'missing') throw repoMissing();
      if (decision.refusal === 'unauthenticated') throw repoSignInNeeded();
      if (decision.refusal === 'gated') throw repoGated(fullName(repo));
      throw repoForbidden(action === 'write' ? 'write access' : 'the write or admin role');
    }
    if (moved) throw new RepoMoved(fullName(address), fullName(repo));
    return repo;
  }

  /** One page of the repositories that match and that the actor may discover. */
  async list(actor: Actor, query: RepoQuery): Promise<Page<Repo>> {
    if (actor.kind === 'anonymous' && !actor.mayReadPublic) throw listSignInNeeded();
    return await listRepos(this.#db, query, reachOf(actor));
  }

  /** Whether the actor may read the files of a repository they were allowed to discover. */
  mayRead(actor: Actor, repo: Repo): boolean {
    return mayRepo(actor, 'read', subjectOf(repo)).allowed;
  }

  /** The tags of public repositories of a type, most used first. Throws `repo.list-sign-in-needed`. */
  async listTags(actor: Actor, type: RepoType): Promise<string[]> {
    if (actor.kind === 'anonymous' && !actor.mayReadPublic) throw listSignInNeeded();
    return await listTags(this.#db, type);
  }

  /** How many repositories of each type a namespace has, of those that the actor may discover. */
  async countIn(actor: Actor, namespaceId: Id): Promise<RepoCounts> {
    return await countRepos(this.#db, namespaceId, reachOf(actor));
  }

  /** The repositories of a namespace that occupy most, largest first. Throws `repo.namespace-forbidden`. */
  async listStorage(actor: Actor, namespace: Account): Promise<Repo[]> {
    const subject = { kind: 'namespace', id: namespace.id, type: namespace.kind } as const;
    if (!mayNamespace(actor, 'settings', subject).allowed) throw namespaceForbidden(namespace.name);
    return await listLargest(this.#db, namespace.id, reachOf(actor));
  }

  /** Makes a repository with its initial commit. `urlOf` names what is there already, for clients that accept it. */
  async create(actor: Actor, wish: NewRepo, urlOf: (repo: RepoName) => string): Promise<Repo> {
    return await this.#db.transaction(async (tx) => {
      const repo = await this.#insert(tx, actor, wish, urlOf);
      const facets = initialFacets(wish);
      const head = await writeInitialCommit(tx, repo.id, {
        files: initialFiles(wish),
        author: {
          name: actor.kind === 'user' ? actor.name : 'system',
          email: 'noreply@users.noreply.localhost',
        },
        at: repo.createdAt,
      });
      await new RepoWriter(tx).noteContent(repo.id, {
        head,
        lastModified: repo.createdAt,
        facets,
      });
      await this.#recordChange(tx, actor, { kind: 'repo.created', repo, body: { head } });
      return { ...repo, head, facets };
    });
  }

  /** Deletes a repository. Its name stays with its namespace; its content is erased by a job. */
  async delete(actor: Actor, address: RepoAddress): Promise<void> {
    const { id } = await this.get(actor, address, 'administer');
    await this.#db.transaction(async (tx) => {
      const writer = new RepoWriter(tx);
      const repo = await writer.lock(id);
      await writer.delete(id, this.#clock.now());
      await enqueue(tx, ERASE_TASK, { repo: id });
      await this.#recordChange(tx, actor, { kind: 'repo.deleted', repo, body: { head: repo.head } });
    });
  }

  /** Gives a repository another name or namespace; the old name becomes a redirect that nobody can shadow. */
  async move(
    actor: Actor,
    from: RepoAddress,
    to: RepoName,
    urlOf: (repo: RepoName) => string,
  ): Promise<Repo> {
    if (!isRepoName(to.name)) throw repoNameInvalid(to.name);
    const { id } = await this.get(actor, from, 'administer');
    return await this.#db.transaction(async (tx) => {
      const namespace = await this.#requireCreate(tx, actor, to.namespace);
      const writer = new RepoWriter(tx);
      const repo = await writer.lock(id);
      const target = { namespaceId: namespace.id, namespace: namespace.name, name: to.name };
      await requireFreeName(tx, { type: repo.type, ...target, movingId: id }, urlOf);
      await writer.leaveName(repo, 'redirect');
      await writer.rename(id, target);
      const moved = { ...repo, ...target };
      await writer.takeName(moved);
      await this.#recordChange(tx, actor, {
        kind: 'repo.moved',
        repo: moved,
        body: { from: repo.namespaceId },
      });
      return moved;
    });
  }

  /** Changes settings. */
  async changeSettings(actor: Actor, address: RepoAddress, change: SettingsChange): Promise<Repo> {
    if (change.visibility === 'protected' && address.type !== 'space') throw visibilityInvalid();
    const { id } = await this.get(actor, address, 'administer');
    return await this.#db.transaction(async (tx) => {
      const writer = new RepoWriter(tx);
      const repo = await writer.lock(id);
      await writer.changeSettings(id, change);
      await this.#recordChange(tx, actor, { kind: 'repo.settings-changed', repo, body: { ...change } });
      return {
        ...repo,
        ...(change.visibility !== undefined && { visibility: change.visibility }),
        ...(change.gated !== undefined && { gated: change.gated }),
      };
    });
  }

  /** Copies a repository with its history and objects; settings beside visibility and secrets are not copied. */
  async duplicate(
    actor: Actor,
    wish: { from: RepoAddress; to: RepoName; visibility: Visibility | undefined },
    urlOf: (repo: RepoName) => string,
  ): Promise<Repo> {
    const source = await this.get(actor, wish.from, 'read');
    const { facets } = source;
    const visibility = wish.visibility ?? source.visibility;
    const target = { type: source.type, ...wish.to, visibility, sdk: facets.sdk, licence: null };
    return await this.#db.transaction(async (tx) => {
      const writer = new RepoWriter(tx);
      const from = await writer.lock(source.id);
      const created = await this.#insert(tx, actor, target, urlOf);
      await copyObjects(tx, source.id, created.id);
      await copyRepository(tx, source.id, created.id);
      const { head, usedStorage } = from;
      await writer.noteContent(created.id, { head, lastModified: created.createdAt, facets, usedStorage });
      await this.#recordChange(tx, actor, {
        kind: 'repo.duplicated',
        repo: created,
        body: { from: source.id },
      });
      return { ...created, head, facets, usedStorage };
    });
  }

  /** The repository with this id, for work that follows from one that was allowed. */
  async findById(id: Repo['id']): Promise<Repo | undefined> {
    return await new RepoReader(this.#db).findById(id);
  }

  /** Forgets cached heads and counters of this process, after a commit. */
  forget(): void {
    this.#cache.clear();
  }

  async #insert(tx: Tx, actor: Actor, wish: NewRepo, urlOf: (repo: RepoName) => string): Promise<Repo> {
    if (!isRepoName(wish.name)) throw repoNameInvalid(wish.name);
    if (wish.visibility === 'protected' && wish.type !== 'space') throw visibilityInvalid();
    const namespace = await this.#requireCreate(tx, actor, wish.namespace);
    const address = {
      type: wish.type,
      name: wish.name,
      namespaceId: namespace.id,
      namespace: namespace.name,
    };
    await requireFreeName(tx, address, urlOf);
    const now = this.#clock.now();
    const repo: Repo = {
      ...address,
      id: newId(now),
      creatorId: actor.kind === 'user' ? actor.userId : null,
      visibility: wish.visibility,
      gated: false,
      createdAt: now,
      lastModified: now,
      head: null,
      likes: 0,
      downloads: 0,
      downloadsAllTime: 0,
      trendingScore: 0,
      usedStorage: 0,
      facets: NO_FACETS,
    };
    await new RepoWriter(tx).insert(repo);
    return repo;
  }

  async #requireCreate(tx: Tx, actor: Actor, name: string): Promise<Account> {
    const account = isNamespaceName(name) ? await new AccountReader(tx).findByName(name) : undefined;
    if (account === undefined || account.disabledAt !== null) throw namespaceMissing(name);
    const decision = mayNamespace(actor, 'create', { kind: 'namespace', id: account.id, type: account.kind });
    if (!decision.allowed) throw namespaceForbidden(name);
    return account;
  }

  async #recordChange(
    tx: Tx,
    actor: Actor,
    change: { kind: string; repo: Repo; body: object },
  ): Promise<void> {
    await this.#epochs.advance(tx, 'repos');
    const { repo } = change;
    await record(tx, {
      kind: change.kind,
      subject: `repo:${repo.id}`,
      ...referencesOf(actor),
      body: { type: repo.type, namespace: repo.namespaceId, visibility: repo.visibility, ...change.body },
      personal: { name: fullName(repo) },
    });
  }
}

async function requireFreeName(
  tx: Tx,
  wish: RepoAddress & { namespaceId: Repo['namespaceId']; movingId?: Repo['id'] },
  urlOf: (repo: RepoName) => string,
): Promise<void> {
  const standing = await new RepoReader(tx).findName(wish.type, wish.namespaceId, wish.name);
  if (standing === undefined || standing.state === 'tombstone') return;
  // A repository may go back to a name of its own.
  if (standing.repo_id === wish.movingId) return;
  if (standing.state === 'redirect') throw repoNameRedirects(fullName(wish));
  throw repoExists(fullName(wish), urlOf(wish));
}

function reachOf(actor: Actor): Reach {
  const { namespaces, repos } = scopedReach(actor);
  return { namespaces: [...discoverableNamespaces(actor), ...namespaces], repos };
}
