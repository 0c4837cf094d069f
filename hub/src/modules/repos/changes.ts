// Makes, moves, copies and deletes repositories, and changes their settings. Each act is recorded in its transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, parseId } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { enqueue } from '@holdfast/platform/queue';
import { mayNamespace, mayRepo, referencesOf, type Actor, type Visibility } from '#modules/access';
import { copyObjects, type Room } from '#modules/blobs';
import { copyRepository, GitWriter, writeInitialCommit } from '#modules/git';
import { AccountReader, isNamespaceName, type Account } from '#modules/identity';
import { record } from '#modules/ledger';
import {
  namespaceForbidden,
  namespaceMissing,
  repoExists,
  repoNameInvalid,
  repoNameRedirects,
  visibilityInvalid,
} from './faults.ts';
import { facetsOf } from './facets.ts';
import { initialFiles } from './initial-files.ts';
import {
  fullName,
  isRepoName,
  NO_FACETS,
  subjectOf,
  type Repo,
  type RepoName,
  type SettingsChange,
} from './model.ts';
import { type RepoAddress, type Repos } from './repos.ts';
import { RepoReader, RepoWriter } from './store.ts';

/** What a new repository should be. */
export interface NewRepo extends RepoAddress {
  readonly visibility: Visibility;
  /** For Spaces: which kind of app. */
  readonly sdk: string | null;
  readonly licence: string | null;
  /** Further files of the first commit, by path; they win over those that every repository gets. */
  readonly files?: Readonly<Record<string, Buffer>>;
}

/** The queue task that removes the content of a deleted repository. */
export const ERASE_TASK = 'repos:erase';

/** The repository that an erase job names. Throws a `TypeError` for anything but what `delete` queues. */
export function parseErase(payload: unknown): Repo['id'] {
  const id = parseId(String((payload as { repo?: unknown } | null)?.repo));
  if (id === undefined) throw new TypeError('an erase job names no repository');
  return id;
}

/** Changes to the repositories of the instance. */
export class RepoChanges {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  readonly #repos: Repos;
  readonly #room: Room;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs; repos: Repos; room: Room }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
    this.#repos = deps.repos;
    this.#room = deps.room;
  }

  /** Makes a repository with its initial commit. Throws `repo.exists` and `path.…` among others. */
  async create(actor: Actor, wish: NewRepo): Promise<Repo> {
    return await this.#db.transaction(async (tx) => {
      const repo = await this.#insert(tx, actor, wish);
      const files = { ...initialFiles(wish), ...wish.files };
      const readme = files['README.md']?.toString();
      const facets = facetsOf({ type: wish.type, readme, paths: Object.keys(files) });
      const git = new GitWriter(tx, repo.id);
      const head = await writeInitialCommit(git, {
        files,
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
        usedStorage: git.addedBytes,
        mainSize: Object.values(files).reduce((sum, content) => sum + Buffer.byteLength(content), 0),
      });
      await this.#recordChange(tx, actor, { kind: 'repo.created', repo, body: { head } });
      return { ...repo, head, facets, usedStorage: git.addedBytes };
    });
  }

  /** Deletes a repository. Its name stays with its namespace; its content is erased by a job. */
  async delete(actor: Actor, address: RepoAddress): Promise<void> {
    const { id } = await this.#repos.get(actor, address, 'administer');
    await this.#db.transaction(async (tx) => {
      const writer = new RepoWriter(tx);
      const repo = await writer.lock(id);
      await writer.delete(id, this.#clock.now());
      await enqueue(tx, { task: ERASE_TASK, payload: { repo: id } });
      await this.#recordChange(tx, actor, { kind: 'repo.deleted', repo, body: { head: repo.head } });
    });
  }

  /** Gives a repository another name or namespace; the old name becomes a redirect that nobody can shadow. */
  async move(actor: Actor, from: RepoAddress, to: RepoName): Promise<Repo> {
    if (!isRepoName(to.name)) throw repoNameInvalid(to.name);
    const { id } = await this.#repos.get(actor, from, 'administer');
    return await this.#db.transaction(async (tx) => {
      const namespace = await this.#requireCreate(tx, actor, to.namespace);
      const writer = new RepoWriter(tx);
      const repo = await writer.lock(id);
      const target = { namespaceId: namespace.id, namespace: namespace.name, name: to.name };
      await requireFreeName(tx, actor, { type: repo.type, ...target, movingId: id });
      await writer.leaveName(repo, 'redirect');
      await writer.rename(id, target);
      const moved = { ...repo, ...target };
      await writer.takeName(moved);
      if (repo.namespaceId !== moved.namespaceId) await this.#room.settle(tx, id, repo.usedStorage);
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
    const { id } = await this.#repos.get(actor, address, 'administer');
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
  ): Promise<Repo> {
    const source = await this.#repos.get(actor, wish.from, 'read');
    const { facets } = source;
    const visibility = wish.visibility ?? source.visibility;
    const target = { type: source.type, ...wish.to, visibility, sdk: facets.sdk, licence: null };
    return await this.#db.transaction(async (tx) => {
      const writer = new RepoWriter(tx);
      const from = await writer.lock(source.id);
      const created = await this.#insert(tx, actor, target);
      const left = await copyObjects(tx, source.id, created.id);
      await copyRepository(tx, source.id, created.id);
      const { head, mainSize } = from;
      const usedStorage = from.usedStorage - left;
      await writer.noteContent(created.id, {
        ...{ head, lastModified: created.createdAt, facets, usedStorage, mainSize },
      });
      await this.#room.settle(tx, created.id, usedStorage);
      await this.#recordChange(tx, actor, {
        kind: 'repo.duplicated',
        repo: created,
        body: { from: source.id },
      });
      return { ...created, head, facets, usedStorage };
    });
  }

  async #insert(tx: Tx, actor: Actor, wish: NewRepo): Promise<Repo> {
    if (!isRepoName(wish.name)) throw repoNameInvalid(wish.name);
    if (wish.visibility === 'protected' && wish.type !== 'space') throw visibilityInvalid();
    const namespace = await this.#requireCreate(tx, actor, wish.namespace);
    const address = {
      type: wish.type,
      name: wish.name,
      namespaceId: namespace.id,
      namespace: namespace.name,
    };
    await requireFreeName(tx, actor, address);
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
      mainSize: 0,
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
  actor: Actor,
  wish: RepoAddress & { namespaceId: Repo['namespaceId']; movingId?: Repo['id'] },
): Promise<void> {
  const reader = new RepoReader(tx);
  const standing = await reader.findName(wish.type, wish.namespaceId, wish.name);
  if (standing === undefined || standing.state === 'tombstone') return;
  // A repository may go back to a name of its own.
  if (standing.repo_id === wish.movingId) return;
  if (standing.state === 'redirect') {
    const moved = await reader.findById(standing.repo_id);
    // Where it went is told only to those who may know of it.
    const known = moved !== undefined && mayRepo(actor, 'discover', subjectOf(moved)).allowed;
    throw repoNameRedirects(fullName(wish), known ? fullName(moved) : undefined);
  }
  throw repoExists(fullName(wish));
}
