// Commits to branches. One commit is one transaction: objects, ref, what lists show of the repository, and the ledger's
// entry. Commits of one repository follow one another; one without a stated parent applies to whatever came before it.
import { type Clock } from '@holdfast/kernel/clock';
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { sha256, type Sha1 } from '@holdfast/kernel/digest';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type SpoolRoom } from '@holdfast/platform/spool';
import { referencesOf, type Actor } from '#modules/access';
import { findObjects, placeObjects } from '#modules/blobs';
import {
  applyChanges,
  composeMessage,
  findRevision,
  GitWriter,
  MAIN_BRANCH,
  refsOf,
  shortName,
  type EditedTree,
  type EncodedObject,
  type ListedRef,
  type Ref,
} from '#modules/git';
import { record } from '#modules/ledger';
import { RepoWriter, type Repo, type RepoAddress, type Repos } from '#modules/repos';
import { authorOf } from './author.ts';
import { planCommit, type CommitPlan, type PlannedBlob } from './commit-plan.ts';
import { Draft, type DraftLimits } from './draft.ts';
import { facetsAt } from './facets.ts';
import {
  commitStale,
  messageTooLong,
  notABranch,
  parentInvalid,
  revisionMissing,
  titleMissing,
} from './faults.ts';
import { type Revisions } from './revisions.ts';
import { type Turns } from './turns.ts';
import { twinWarnings } from './twin-warnings.ts';

/** What committing needs. */
export interface CommitsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly repos: Repos;
  readonly revisions: Revisions;
  readonly turns: Turns;
  readonly settings: CommitSettings;
}

/** What an operator decides about commits. */
export interface CommitSettings {
  readonly limits: DraftLimits;
  /** Where large drafts are put aside: a folder, and how much all of them keep in memory. */
  readonly spool: { readonly folder: string; readonly room: SpoolRoom };
  /** The host in the addresses of authors, who have no address to show. */
  readonly host: string;
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

/** Most bytes of a commit's message. */
const MAX_MESSAGE = 64 * 1024;

/** Makes commits. */
export class Commits {
  readonly #deps: CommitsDeps;

  constructor(deps: CommitsDeps) {
    this.#deps = deps;
  }

  /** Checks that the actor may write, before a body is read. Throws what `Repos.get` throws. */
  async mayWrite(actor: Actor, address: RepoAddress): Promise<Repo> {
    return await this.#deps.repos.get(actor, address, 'write');
  }

  /** A draft to fill. Dispose it when the commit is done. */
  openDraft(): Draft {
    return new Draft(this.#deps.settings.spool, this.#deps.settings.limits);
  }

  /**
   * Commits. Throws what `Repos.get` throws, `revision.missing`, `revision.not-a-branch`, `commit.stale` and the faults
   * of planning and of tree edits; then nothing has changed.
   */
  async commit(actor: Actor, address: RepoAddress, wish: CommitWish): Promise<Committed> {
    const repo = await this.mayWrite(actor, address);
    const { db, turns, revisions, repos } = this.#deps;
    const ref = branchOf(wish.revision);
    const message = messageOf(wish);
    const committed = await turns.take(repo.id, () =>
      db.transaction(
        async (tx) => await new OneCommit(this.#deps, tx, { actor, wish, ref, message }).run(repo),
      ),
    );
    revisions.forget(repo.id);
    repos.forget();
    return committed;
  }
}

interface CommitRequest {
  readonly actor: Actor;
  readonly wish: CommitWish;
  readonly ref: Ref;
  readonly message: string;
}

/** One commit, inside its transaction. */
class OneCommit {
  readonly #deps: CommitsDeps;
  readonly #tx: Tx;
  readonly #request: CommitRequest;

  constructor(deps: CommitsDeps, tx: Tx, request: CommitRequest) {
    this.#deps = deps;
    this.#tx = tx;
    this.#request = request;
  }

  async run({ id }: Repo): Promise<Committed> {
    const { wish, ref } = this.#request;
    const repo = await new RepoWriter(this.#tx).lock(id);
    const writer = new GitWriter(this.#tx, id);
    const branch = await writer.findRef(ref);
    const head = branch && (await writer.findCommit(branch.commit));
    if (branch === undefined || head === undefined) throw revisionMissing(wish.revision);
    const request = this.#digest();
    // The same request again, because its answer was lost: what it wants is there.
    if (head.request === request && wish.draft.operations.some(({ kind }) => kind !== 'delete'))
      return { repo, oid: head.oid, warnings: [] };
    requireParent(wish, head.oid);
    const plan = await planCommit(wish.draft, {
      reader: writer,
      root: head.tree,
      findObjects: (digests) => findObjects(this.#tx, id, digests),
    });
    const edited = await applyChanges(writer, head.tree, plan.changes);
    const warnings = await twinWarnings(writer, head.tree, edited.changed);
    if (edited.root === head.tree) return { repo, oid: head.oid, warnings };
    const oid = await this.#write(writer, { repo, branch, plan, edited, request });
    return { repo, oid, warnings };
  }

  async #write(
    writer: GitWriter,
    made: { repo: Repo; branch: ListedRef; plan: CommitPlan; edited: EditedTree; request: string },
  ): Promise<Sha1> {
    const { repo, branch, plan, edited, request } = made;
    const { actor, wish, ref, message } = this.#request;
    const at = this.#deps.clock.now();
    const objects = await writer.putObjects(objectsOf(wish.draft, plan.blobs, edited.trees));
    const author = { ...authorOf(actor, this.#deps.settings.host), at, tz: '+0000' };
    const { oid, added } = await writer.putCommit({
      commit: { tree: edited.root, parents: [branch.commit], author, committer: author, message },
      changed: edited.changed.map(({ path }) => path),
      request,
    });
    if (!(await writer.moveRef(ref, branch.target, { target: oid, commit: oid, at })))
      throw new Error(`${ref} moved although the repository was locked`);
    await placeObjects(
      this.#tx,
      repo.id,
      plan.places.map((place) => ({ ...place, ref: shortName(ref) })),
    );
    const repos = new RepoWriter(this.#tx);
    await repos.addStorage(repo.id, objects.git + added.git);
    if (ref === MAIN_BRANCH) {
      const facets = await facetsAt(writer, edited.root, repo.type);
      await repos.noteContent(repo.id, { head: oid, lastModified: at, facets });
    }
    await this.#record(repo, { oid, parent: branch.commit, edited });
    return oid;
  }

  async #record(repo: Repo, made: { oid: Sha1; parent: Sha1; edited: EditedTree }): Promise<void> {
    const { actor, ref } = this.#request;
    const count = (kind: string) => made.edited.changed.filter((change) => change.kind === kind).length;
    await record(this.#tx, {
      kind: 'commit.created',
      subject: `repo:${repo.id}`,
      ...referencesOf(actor),
      body: {
        ref,
        commit: made.oid,
        parent: made.parent,
        added: count('added'),
        modified: count('modified'),
        deleted: count('deleted'),
      },
    });
  }

  /** What makes two requests the same: who, where, what, and on top of what. */
  #digest(): string {
    const { actor, wish, ref, message } = this.#request;
    const operations = wish.draft.operations.map((operation) => {
      switch (operation.kind) {
        case 'file':
          return ['file', operation.path, operation.oid];
        case 'lfs':
          return ['lfs', operation.path, operation.sha256];
        case 'copy':
          return ['copy', operation.path, operation.from];
        case 'delete':
          return ['delete', operation.path, operation.what];
      }
    });
    const { actor: who } = referencesOf(actor);
    return sha256(canonicalJson({ who, ref, message, parent: wish.parentCommit ?? null, operations }));
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

function requireParent(wish: CommitWish, head: Sha1): void {
  const { parentCommit } = wish;
  if (parentCommit === undefined) return;
  if (!/^[0-9a-f]{7,40}$/i.test(parentCommit)) throw parentInvalid();
  if (!head.startsWith(parentCommit.toLowerCase())) throw commitStale(wish.revision);
}

async function* objectsOf(
  draft: Draft,
  blobs: readonly PlannedBlob[],
  trees: readonly EncodedObject[],
): AsyncGenerator<EncodedObject> {
  for (const { oid, content } of blobs) yield { kind: 'blob', oid, body: await draft.read(content) };
  yield* trees;
}
