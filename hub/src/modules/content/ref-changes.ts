// Makes and deletes branches and tags, and squashes the history of a branch into one commit.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type Actor, type Who } from '#modules/access';
import { type Room } from '#modules/blobs';
import {
  composeMessage,
  defaultAttributes,
  encodeTag,
  findRevision,
  GitWriter,
  MAIN_BRANCH,
  parseBranch,
  parseTagName,
  refExists,
  refsOf,
  shortName,
  writeRootCommit,
  type CommitSummary,
  type Ref,
  type RefTarget,
} from '#modules/git';
import { type LeakMatch } from '#modules/leaks';
import { record } from '#modules/ledger';
import {
  requireRight,
  RepoWriter,
  type Repo,
  type RepoAddress,
  type Repos,
  type Turns,
} from '#modules/repos';
import { authorOf } from './author.ts';
import { branchProtected, notABranch, refConflicts, revisionMissing } from './faults.ts';
import { noBranch } from './no-branch.ts';
import { type Revisions } from './revisions.ts';

/** What changing refs needs. */
export interface RefChangesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly repos: Repos;
  readonly revisions: Revisions;
  readonly turns: Turns;
  readonly room: Room;
  readonly leaks: Pick<LeakMatch, 'require'>;
  /** Keeps space for the database and the ledger. */
  readonly space: Pick<FreeSpace, 'check'>;
  /** The host in the addresses of authors. */
  readonly host: string;
}

/** Where a new branch starts. */
export interface BranchWish {
  readonly name: string;
  /** A revision; `main` where absent. */
  readonly startingPoint?: string | undefined;
  /** Start with a commit of its own that holds `.gitattributes` alone. */
  readonly empty: boolean;
  /** Replace a branch of this name. */
  readonly overwrite: boolean;
}

/** A new tag. */
export interface TagWish {
  readonly name: string;
  readonly revision: string;
  /** Makes it an annotated tag. */
  readonly message?: string | undefined;
}

interface Scene {
  readonly tx: Tx;
  readonly actor: Actor;
  readonly repo: Repo;
  readonly writer: GitWriter;
  readonly at: Date;
}

/** Changes refs. Who acts is asked again once the repository is held. */
export class RefChanges {
  readonly #deps: RefChangesDeps;

  constructor(deps: RefChangesDeps) {
    this.#deps = deps;
  }

  /** Makes a branch. Throws `ref.invalid`, `ref.exists`, `ref.conflicts`, `ref.protected`, `revision.missing`. */
  async createBranch(who: Who, address: RepoAddress, wish: BranchWish): Promise<void> {
    const name = parseBranch(wish.name);
    if (wish.overwrite && name === MAIN_BRANCH) throw branchProtected(wish.name);
    await this.#grow(who, address, async (scene) => {
      const before = await scene.writer.findRef(name);
      if (before !== undefined && !wish.overwrite) throw refExists(wish.name);
      const commit = wish.empty
        ? await this.#emptyCommit(scene)
        : (await commitAt(scene.writer, wish.startingPoint ?? 'main')).oid;
      const to = { target: commit, commit };
      if (before === undefined) await createRef(scene, name, to);
      else await scene.writer.moveRef(name, before.target, { ...to, at: scene.at });
      const kind = before === undefined ? 'ref.created' : 'ref.moved';
      await this.#note(scene, { kind, ref: name, commit, before: before?.commit });
    });
  }

  /** Deletes a branch. Throws `ref.invalid`, `ref.protected`, `revision.missing`. */
  async deleteBranch(who: Who, address: RepoAddress, branch: string): Promise<void> {
    const name = parseBranch(branch);
    if (name === MAIN_BRANCH) throw branchProtected(branch);
    await this.#delete(who, address, name);
  }

  /** Makes a tag. Throws `ref.invalid`, `ref.exists`, `ref.conflicts`, `revision.missing`, `leak.token-in-text`. */
  async createTag(who: Who, address: RepoAddress, wish: TagWish): Promise<void> {
    const name = parseTagName(wish.name);
    await this.#deps.leaks.require(await who(), 'The message', wish.message ?? '');
    await this.#grow(who, address, async (scene) => {
      const commit = await commitAt(scene.writer, wish.revision);
      const target =
        wish.message === undefined ? commit.oid : await this.#annotate(scene, { ...wish, commit });
      await createRef(scene, name, { target, commit: commit.oid });
      await this.#note(scene, { kind: 'ref.created', ref: name, commit: commit.oid, before: undefined });
    });
  }

  /** Deletes a tag. Throws `ref.invalid`, `revision.missing`. */
  async deleteTag(who: Who, address: RepoAddress, tag: string): Promise<void> {
    await this.#delete(who, address, parseTagName(tag));
  }

  /** Replaces the history of a branch by one commit with the same files. Throws `revision.missing`, `.not-a-branch`. */
  async squash(
    who: Who,
    address: RepoAddress,
    wish: { readonly revision: string; readonly message: string },
  ): Promise<Sha1> {
    await this.#deps.leaks.require(await who(), 'The message', wish.message);
    return await this.#grow(who, address, async (scene) => {
      const { writer, actor, repo, at } = scene;
      const revision = findRevision(wish.revision);
      const [ref] = revision === undefined ? [] : refsOf(revision, MAIN_BRANCH);
      if (revision?.kind === 'commit' || ref?.startsWith('refs/tags/') === true)
        throw notABranch(wish.revision);
      const branch = ref && (await writer.findRef(ref));
      if (branch === undefined) throw await noBranch(writer, wish.revision);
      const from = await commitAt(writer, branch.commit);
      const author = { ...authorOf(actor, this.#deps.host), at, tz: '+0000' };
      const message = composeMessage(wish.message, '') || `Super-squash branch '${shortName(branch.name)}'`;
      const oid = await writer.squash(branch.name, from, { author, committer: author, message });
      if (branch.name === MAIN_BRANCH)
        await new RepoWriter(scene.tx).noteContent(repo.id, {
          head: oid,
          lastModified: at,
          facets: repo.facets,
        });
      await this.#note(scene, { kind: 'commit.squashed', ref: branch.name, commit: oid, before: from.oid });
      return oid;
    });
  }

  /** A change that writes more than a ref. */
  async #grow<Result>(
    who: Who,
    address: RepoAddress,
    work: (scene: Scene) => Promise<Result>,
  ): Promise<Result> {
    return await this.#change(who, address, async (scene) => {
      await this.#deps.space.check(0);
      return await work(scene);
    });
  }

  async #delete(who: Who, address: RepoAddress, name: Ref): Promise<void> {
    await this.#change(who, address, async (scene) => {
      const before = await scene.writer.findRef(name);
      if (before === undefined) throw revisionMissing(shortName(name));
      await scene.writer.deleteRef(name);
      await this.#note(scene, { kind: 'ref.deleted', ref: name, commit: undefined, before: before.commit });
    });
  }

  async #change<Result>(
    who: Who,
    address: RepoAddress,
    work: (scene: Scene) => Promise<Result>,
  ): Promise<Result> {
    const { repos, turns, db, clock, revisions } = this.#deps;
    const { id } = await repos.get(await who(), address, 'write');
    const result = await turns.take(id, () =>
      db.transaction(async (tx) => {
        const repo = await new RepoWriter(tx).lock(id);
        // It may have waited for long: a right that ended meanwhile changes nothing.
        const actor = await who();
        requireRight(actor, 'write', repo);
        const writer = new GitWriter(tx, id);
        return await work({ tx, actor, repo, writer, at: clock.now() });
      }),
    );
    revisions.forget(id);
    repos.forget();
    return result;
  }

  /** Counts what was added, and records what was done. */
  async #note(
    { tx, actor, repo, writer }: Scene,
    what: { kind: string; ref: Ref; commit: Sha1 | undefined; before: Sha1 | undefined },
  ): Promise<void> {
    const { kind, ref, commit, before } = what;
    await new RepoWriter(tx).addStorage(repo.id, writer.addedBytes);
    // Before the entry: after the ledger's lock no other may be taken.
    await this.#deps.room.settle(tx, repo.id, writer.addedBytes);
    await record(tx, {
      kind,
      subject: `repo:${repo.id}`,
      ...referencesOf(actor),
      body: { ref, commit: commit ?? null, before: before ?? null },
    });
  }

  async #emptyCommit({ writer, actor, repo, at }: Scene): Promise<Sha1> {
    const files = { '.gitattributes': defaultAttributes(repo.type) };
    return await writeRootCommit(writer, { files, author: authorOf(actor, this.#deps.host), at });
  }

  async #annotate(
    { writer, actor, at }: Scene,
    tag: { name: string; message?: string | undefined; commit: CommitSummary },
  ): Promise<Sha1> {
    const object = encodeTag({
      object: tag.commit.oid,
      kind: 'commit',
      name: tag.name,
      tagger: { ...authorOf(actor, this.#deps.host), at, tz: '+0000' },
      message: tag.message ?? '',
    });
    await writer.putObjects([object]);
    return object.oid;
  }
}

async function commitAt(writer: GitWriter, text: string): Promise<CommitSummary> {
  const revision = findRevision(text);
  if (revision === undefined) throw revisionMissing(text);
  const oid =
    revision.kind === 'commit'
      ? revision.oid
      : (await writer.findRef(...refsOf(revision, MAIN_BRANCH)))?.commit;
  const commit = oid && (await writer.findCommit(oid));
  if (commit === undefined) throw revisionMissing(text);
  return commit;
}

// Git keeps refs as files: `a` and `a/b` cannot both be.
async function createRef({ writer, at }: Scene, name: Ref, to: RefTarget): Promise<void> {
  const other = await writer.findConflicting(name);
  if (other !== undefined) throw refConflicts(shortName(name), shortName(other));
  await writer.createRef(name, to, at);
}
