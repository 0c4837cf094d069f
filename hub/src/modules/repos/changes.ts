// Makes, moves, copies and deletes repositories, and changes their settings. Each act is recorded in its transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { enqueue } from '@holdfast/platform/queue';
import { SharedRoom } from '@holdfast/platform/shared-room';
import {
  isRecorded,
  needsProof,
  referencesOf,
  type Actor,
  type GrantUses,
  type RepoAction,
  type Visibility,
  type Who,
} from '#modules/access';
import { copyObjects, sumSizes, type Room } from '#modules/blobs';
import { GitWriter, quoted, ReachedCopy, writeInitialCommit } from '#modules/git';
import { PolicyReader, proofNeeded, type Account } from '#modules/identity';
import { type LeakMatch } from '#modules/leaks';
import { record, recordCopied } from '#modules/ledger';
import { copiesBusy, copyOvertaken, repoMissing, repoNameInvalid, visibilityInvalid } from './faults.ts';
import { ERASE_TASK } from './erase-task.ts';
import { facetsOf } from './facets.ts';
import { requireCreate, requireFreeName } from './free-name.ts';
import { initialFiles } from './initial-files.ts';
import { noteNamespaceUse } from './note-use.ts';
import { fullName, isRepoName, NO_FACETS, type Repo, type RepoName, type SettingsChange } from './model.ts';
import { type RepoAddress, type Repos } from './repos.ts';
import { requireRight } from './right.ts';
import { RepoReader, RepoWriter } from './store.ts';
import { type Turns } from './turns.ts';

/** What a new repository should be. */
export interface NewRepo extends RepoAddress {
  /** Without one: private where the organisation has it so, else the usual one. */
  readonly visibility: Visibility | undefined;
  /** Public, where nothing else is. */
  readonly usual?: Visibility;
  /** For Spaces: which kind of app. */
  readonly sdk: string | null;
  readonly licence: string | null;
  /** Further files of the first commit, by path; they win over those that every repository gets. */
  readonly files?: Readonly<Record<string, Buffer>>;
  readonly beginning?: Beginning | undefined;
}

/** What else belongs to a repository that is made or copied, in the transaction that makes it. */
export type Beginning = (
  tx: Tx,
  actor: Actor,
  made: { readonly repo: Repo; readonly from?: Repo },
) => Promise<void>;

/** A repository that is held until the transaction ends, and who may act on it. */
interface Scene {
  readonly tx: Tx;
  readonly actor: Actor;
  readonly repo: Repo;
  readonly writer: RepoWriter;
}

/** What changing repositories needs. */
export interface RepoChangesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly repos: Repos;
  readonly uses: GrantUses;
  readonly room: Room;
  readonly turns: Turns;
  readonly leaks: Pick<LeakMatch, 'begin'>;
  /** Keeps space for the database and the ledger. */
  readonly space: Pick<FreeSpace, 'check'>;
}

/** Copies that are made at the same time, and of one who makes them: each has a connection of the database for itself. */
const MOST_COPIES = { all: 4, ofOne: 2 };

/** What a copy is to be. */
interface CopyWish {
  readonly from: RepoAddress;
  readonly to: RepoName;
  readonly visibility: Visibility | undefined;
  readonly beginning?: Beginning | undefined;
}

/** Changes to the repositories of the instance. */
export class RepoChanges {
  readonly #deps: RepoChangesDeps;
  readonly #copies = new SharedRoom(MOST_COPIES);

  constructor(deps: RepoChangesDeps) {
    this.#deps = deps;
  }

  /**
   * Makes a repository with its initial commit. Throws `repo.exists`, `path.…`, `leak.token-in-text`, `quota.exceeded` and
   * `object.store-full` among others.
   */
  async create(actor: Actor, wish: NewRepo): Promise<Repo> {
    await this.#deps.space.check(0);
    await this.#requireNoToken(actor, wish);
    return await this.#deps.db.transaction(async (tx) => {
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
        pusher: actor,
      });
      await this.#deps.room.settle(tx, repo.id, git.addedBytes);
      await this.#recordChange(tx, actor, { kind: 'repo.created', repo, body: { head } });
      await wish.beginning?.(tx, actor, { repo });
      return { ...repo, head, facets, usedStorage: git.addedBytes };
    });
  }

  async #requireNoToken(actor: Actor, { files }: NewRepo): Promise<void> {
    const search = this.#deps.leaks.begin(actor);
    for (const [path, content] of Object.entries(files ?? {})) await search.add(quoted(path), content);
    await search.finish();
  }

  /**
   * Deletes a repository. Its name stays with its namespace; its content is erased by a job. Throws
   * `account.proof-needed` among others.
   */
  async delete(who: Who, address: RepoAddress): Promise<void> {
    await this.#change(who, { action: 'administer', of: address }, async ({ tx, actor, repo, writer }) => {
      const { id } = repo;
      const now = this.#deps.clock.now();
      if (needsProof(actor, now)) throw proofNeeded();
      await writer.delete(id, now);
      await enqueue(tx, { task: ERASE_TASK, payload: { repo: id } });
      await this.#recordChange(tx, actor, { kind: 'repo.deleted', repo, body: { head: repo.head } });
    });
  }

  /** Gives a repository another name or namespace; the old name becomes a redirect that nobody can shadow. */
  async move(who: Who, from: RepoAddress, to: RepoName): Promise<Repo> {
    if (!isRepoName(to.name)) throw repoNameInvalid(to.name);
    return await this.#change(
      who,
      { action: 'administer', of: from },
      async ({ tx, actor, repo, writer }) => {
        const { id } = repo;
        const namespace = await this.#requireCreate(tx, actor, to.namespace);
        const target = { namespaceId: namespace.id, namespace: namespace.name, name: to.name };
        await requireFreeName(tx, actor, { type: repo.type, ...target, movingId: id });
        await writer.leaveName(repo, 'redirect');
        await writer.rename(id, target);
        const moved = { ...repo, ...target };
        await writer.takeName(moved);
        if (repo.namespaceId !== moved.namespaceId) await this.#deps.room.settle(tx, id, repo.usedStorage);
        await this.#recordChange(tx, actor, {
          kind: 'repo.moved',
          repo: moved,
          body: { from: repo.namespaceId },
        });
        return moved;
      },
    );
  }

  /** Changes settings. */
  async changeSettings(who: Who, address: RepoAddress, change: SettingsChange): Promise<Repo> {
    if (change.visibility === 'protected' && address.type !== 'space') throw visibilityInvalid();
    return await this.#change(
      who,
      { action: 'administer', of: address },
      async ({ tx, actor, repo, writer }) => {
        await writer.changeSettings(repo.id, change);
        await this.#recordChange(tx, actor, { kind: 'repo.settings-changed', repo, body: { ...change } });
        return {
          ...repo,
          ...(change.visibility !== undefined && { visibility: change.visibility }),
          ...(change.gated !== undefined && { gated: change.gated }),
        };
      },
    );
  }

  /**
   * Copies a repository with its history and objects, as far as its refs reach at this moment; settings beside visibility and secrets
   * are not copied. Neither the source nor the namespace of the copy is held while it is copied: who may only read would keep its owner
   * from commits, and from taking it out of sight. Throws `repo.copies-busy` and `repo.copy-overtaken` among others.
   */
  async duplicate(who: Who, wish: CopyWish): Promise<Repo> {
    const first = await who();
    const copier = first.kind === 'user' ? first.userId : first.kind;
    const { id } = await this.#deps.repos.get(first, wish.from, 'read');
    if (!this.#copies.hasRoom(copier)) throw copiesBusy(MOST_COPIES.ofOne);
    using _place = this.#copies.enter(copier);
    const { db } = this.#deps;
    const source = await db.snapshot(async (tx) => {
      const from = await new RepoReader(tx).findById(id);
      if (from === undefined) throw repoMissing();
      return { from, copy: await ReachedCopy.of(tx, id) };
    });
    try {
      return await this.#copy(who, wish, source);
    } catch (error) {
      // What went meanwhile is missed in many ways.
      if (isFault(error) || (await source.copy.stands(db))) throw error;
      throw copyOvertaken();
    }
  }

  async #copy(
    who: Who,
    wish: CopyWish,
    { from, copy }: { readonly from: Repo; readonly copy: ReachedCopy },
  ): Promise<Repo> {
    const { db, clock, room, space } = this.#deps;
    const measured = await copy.measure(db);
    const { bytes, digests } = measured;
    // Before anything is written: what is refused at the end has cost all of it.
    const namespace = await this.#requireTarget(await who(), from, wish.to);
    await room.expect(namespace, bytes + (await sumSizes(db, from.id, digests)));
    await space.check(bytes);
    const id = newId(clock.now());
    return await db.transaction(async (tx) => {
      await copy.write(tx, id);
      // It may have been taken out of sight meanwhile, or deleted, or its history erased: then nothing of it is given away.
      const now = await new RepoWriter(tx).lock(from.id);
      const actor = await who();
      requireRight(actor, 'read', now);
      if (!(await copy.stands(tx))) throw copyOvertaken();
      const seen = { visibility: wish.visibility, usual: now.visibility };
      const target = { id, type: from.type, ...wish.to, ...seen, sdk: from.facets.sdk, licence: null };
      const created = await this.#insert(tx, actor, target);
      const usedStorage = bytes + (await copyObjects(tx, { from: from.id, to: id }, digests));
      const { facets, head, mainSize } = from;
      await new RepoWriter(tx).noteContent(id, {
        ...{ head, lastModified: created.createdAt, facets, usedStorage, mainSize },
      });
      await room.settle(tx, id, usedStorage);
      await this.#recordChange(tx, actor, {
        kind: 'repo.duplicated',
        repo: created,
        body: { from: from.id },
      });
      const copied = { from: from.id, to: id, revision: head ?? '' };
      if (isRecorded(now)) await recordCopied(tx, referencesOf(actor), copied);
      await wish.beginning?.(tx, actor, { repo: created, from: now });
      return { ...created, head, facets, usedStorage };
    });
  }

  /** The namespace of a copy. It is asked again when the copy is there. */
  async #requireTarget(actor: Actor, { type }: Repo, to: RepoName): Promise<Repo['namespaceId']> {
    if (!isRepoName(to.name)) throw repoNameInvalid(to.name);
    return await this.#deps.db.transaction(async (tx) => {
      const { id } = await this.#requireCreate(tx, actor, to.namespace);
      await requireFreeName(tx, actor, { type, ...to, namespaceId: id });
      return id;
    });
  }

  /**
   * Does the work while the repository is held. It may have waited long for that: who acts, and whether they may, is
   * asked again then, so that nothing is changed under a right that ended meanwhile.
   */
  async #change<Result>(
    who: Who,
    { action, of: address }: { readonly action: RepoAction; readonly of: RepoAddress },
    work: (scene: Scene) => Promise<Result>,
  ): Promise<Result> {
    const { id } = await this.#deps.repos.get(await who(), address, action);
    return await this.#deps.turns.take(id, () =>
      this.#deps.db.transaction(async (tx) => {
        const writer = new RepoWriter(tx);
        const repo = await writer.lock(id);
        const actor = await who();
        requireRight(actor, action, repo);
        return await work({ tx, actor, repo, writer });
      }),
    );
  }

  async #requireCreate(tx: Tx, actor: Actor, name: string): Promise<Account> {
    const namespace = await requireCreate(tx, actor, name);
    noteNamespaceUse(this.#deps.uses, actor, { of: namespace, permission: 'repo.write' });
    return namespace;
  }

  async #insert(tx: Tx, actor: Actor, wish: NewRepo & { readonly id?: Id }): Promise<Repo> {
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
    const { privateByDefault } = await new PolicyReader(tx).get(namespace.id);
    const now = this.#deps.clock.now();
    const repo: Repo = {
      ...address,
      id: wish.id ?? newId(now),
      creatorId: actor.kind === 'user' ? actor.userId : null,
      visibility: wish.visibility ?? (privateByDefault ? 'private' : (wish.usual ?? 'public')),
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

  async #recordChange(
    tx: Tx,
    actor: Actor,
    change: { kind: string; repo: Repo; body: object },
  ): Promise<void> {
    await this.#deps.epochs.advance(tx, 'repos');
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
