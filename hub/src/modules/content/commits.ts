// Commits to branches. One commit is one transaction: objects, ref, what lists show of the repository, and the ledger's
// entry. Commits of one repository follow one another; one without a stated parent applies to whatever came before it.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha1 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { type Db } from '@holdfast/platform/postgres/database';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type SpoolPlace } from '@holdfast/platform/spool';
import { type Actor, type Who } from '#modules/access';
import { type Room } from '#modules/blobs';
import { composeMessage, findRevision, MAIN_BRANCH, refsOf, type Ref } from '#modules/git';
import { type LeakMatch } from '#modules/leaks';
import { type Repo, type RepoAddress, type Repos, type Turns } from '#modules/repos';
import { Draft, type DraftLimits } from './draft.ts';
import { messageTooLong, notABranch, revisionMissing, titleMissing } from './faults.ts';
import { type ModelWeights } from './model-weights.ts';
import { OneCommit } from './one-commit.ts';
import { type Revisions } from './revisions.ts';

/** What committing needs. */
export interface CommitsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly repos: Repos;
  readonly revisions: Revisions;
  readonly turns: Turns;
  readonly room: Room;
  readonly weights: ModelWeights;
  readonly leaks: LeakMatch;
  readonly settings: CommitSettings;
}

/** What an operator decides about commits. */
export interface CommitSettings {
  readonly limits: DraftLimits;
  /** Where large drafts are put aside: a folder, and how much all of them keep in memory. */
  readonly spool: SpoolPlace;
  /** The host in the addresses of authors, who have no address to show. */
  readonly host: string;
  /** Keeps space for the database and the ledger. */
  readonly space: Pick<FreeSpace, 'check'>;
}

/** A commit as it was asked for. */
export interface CommitWish {
  /** A branch by its name or full ref, or `HEAD`. */
  readonly revision: string;
  readonly summary: string;
  readonly description: string;
  /** A commit id, whole or its first 7 digits or more, that the branch must still be at. */
  readonly parentCommit?: string | undefined;
  readonly draft: Draft;
}

/** What came of it. */
export interface Committed {
  readonly repo: Repo;
  /** The branch's commit now: a new one, or the one before where nothing was changed. */
  readonly oid: Sha1;
  /** One sentence each, about paths that some file systems cannot keep apart. */
  readonly warnings: readonly string[];
}

/** Bytes of contents from which a commit is a large one. */
const LARGE = 4 * MiB;
/** Most bytes of a commit's message. */
const MAX_MESSAGE = 64 * 1024;

/** Makes commits. */
export class Commits {
  readonly #deps: CommitsDeps;

  constructor(deps: CommitsDeps) {
    this.#deps = deps;
  }

  /** Checks, before a body is read, that the actor may write. Throws what `Repos.get` throws. */
  async mayWrite(actor: Actor, address: RepoAddress): Promise<Repo> {
    return await this.#deps.repos.get(actor, address, 'write');
  }

  /** Checks, before a body is read, that there is space for so many bytes of it. Throws `object.store-full`. */
  async requireSpace(announced = 0): Promise<void> {
    await this.#deps.settings.space.check(announced);
  }

  /** A draft to fill, by who is to commit it. Dispose it when the commit is done. */
  openDraft(actor: Actor): Draft {
    const { settings, leaks } = this.#deps;
    return new Draft(settings.spool, settings.limits, leaks.begin(actor));
  }

  /**
   * Commits. Who acts is asked for again when the commit's turn has come, and once it holds the repository: it may have
   * waited for long, and a right that ended meanwhile must end the commit. Throws what `who` and `Repos.get` throw, `revision.missing`,
   * `revision.not-a-branch`, `commit.stale`, `leak.token-in-text` and the faults of planning and of tree edits; then nothing has changed.
   */
  async commit(who: Who, address: RepoAddress, wish: CommitWish): Promise<Committed> {
    const repo = await this.mayWrite(await who(), address);
    await this.requireSpace();
    const { db, turns, revisions, repos, weights } = this.#deps;
    const ref = branchOf(wish.revision);
    const message = messageOf(wish);
    await wish.draft.requireNoToken(message);
    const act = async (): Promise<Committed> => {
      const actor = await who();
      // By its present name: it may have been moved since.
      const present = await this.mayWrite(actor, (await repos.findById(repo.id)) ?? repo);
      const request = { actor, who, wish, ref, message };
      if (ref === MAIN_BRANCH) await weights.learn(repo, wish.draft.operations);
      return await db.transaction(async (tx) => await new OneCommit(this.#deps, tx, request).run(present));
    };
    // On its way to the database a content is in memory a few times over: one large commit goes at a time.
    const large = wish.draft.size > LARGE;
    const committed = await turns.take(repo.id, () => (large ? turns.take('large', act) : act()));
    revisions.forget(repo.id);
    repos.forget();
    return committed;
  }
}

/** The ref of a branch that can be committed to. Throws `revision.missing` for other texts. */
function branchOf(text: string): Ref {
  const revision = findRevision(text);
  if (revision === undefined) throw revisionMissing(text);
  if (revision.kind === 'commit') throw notABranch(text);
  const [ref] = refsOf(revision, MAIN_BRANCH);
  if (ref?.startsWith('refs/tags/') !== false) throw notABranch(text);
  return ref;
}

function messageOf(wish: CommitWish): string {
  if (Buffer.byteLength(wish.summary) + Buffer.byteLength(wish.description) > MAX_MESSAGE)
    throw messageTooLong(MAX_MESSAGE);
  if (wish.summary.trim() === '') throw titleMissing();
  return composeMessage(wish.summary, wish.description);
}
