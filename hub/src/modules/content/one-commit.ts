// One commit, inside its transaction: checked against the branch, planned, written, recorded.
import { canonicalJson } from '@holdfast/kernel/canonical-json';
import { sha256, type Sha1 } from '@holdfast/kernel/digest';
import { type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type Actor, type Who } from '#modules/access';
import { findObjects, placeObjects } from '#modules/blobs';
import {
  applyChanges,
  BATCH_BYTES,
  GitWriter,
  MAIN_BRANCH,
  shortName,
  type EditedTree,
  type EncodedObject,
  type ListedRef,
  type Ref,
} from '#modules/git';
import { record } from '#modules/ledger';
import { requireRight, RepoWriter, type Repo } from '#modules/repos';
import { authorOf } from './author.ts';
import { planCommit, type CommitPlan, type PlannedBlob } from './commit-plan.ts';
import { type CommitsDeps, type Committed, type CommitWish } from './commits.ts';
import { type Draft } from './draft.ts';
import { facetsAt } from './facets.ts';
import { commitStale, parentInvalid } from './faults.ts';
import { noBranch } from './no-branch.ts';
import { twinWarnings } from './twin-warnings.ts';

/** A commit that was asked for and checked as far as it can be without the branch. */
export interface CommitRequest {
  readonly actor: Actor;
  readonly who: Who;
  readonly wish: CommitWish;
  readonly ref: Ref;
  readonly message: string;
}

/** One commit. */
export class OneCommit {
  readonly #deps: Pick<CommitsDeps, 'clock' | 'settings' | 'weights' | 'room'>;
  readonly #tx: Tx;
  readonly #request: CommitRequest;

  constructor(
    deps: Pick<CommitsDeps, 'clock' | 'settings' | 'weights' | 'room'>,
    tx: Tx,
    request: CommitRequest,
  ) {
    this.#deps = deps;
    this.#tx = tx;
    this.#request = request;
  }

  /** Commits, or throws what `Commits.commit` throws. */
  async run({ id }: Repo): Promise<Committed> {
    const { wish, ref } = this.#request;
    const repo = await new RepoWriter(this.#tx).lock(id);
    // Others than commits hold a repository too, and may have held it for long.
    requireRight(await this.#request.who(), 'write', repo);
    const writer = new GitWriter(this.#tx, id);
    const branch = await writer.findRef(ref);
    const head = branch && (await writer.findCommit(branch.commit));
    if (branch === undefined || head === undefined) throw await noBranch(writer, wish.revision);
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
    if (edited.root === head.tree) {
      // Objects that were removed and sent again are a commit's again.
      await this.#place(id, plan);
      return { repo, oid: head.oid, warnings };
    }
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
    await this.#place(repo.id, plan);
    const repos = new RepoWriter(this.#tx);
    await repos.addStorage(repo.id, objects.git + added.git);
    if (ref === MAIN_BRANCH) {
      const facets = await facetsAt(writer, edited.root, { repo, weights: this.#deps.weights });
      const mainSize =
        repo.mainSize === null
          ? await writer.sumSizes(edited.root)
          : repo.mainSize + (await writer.growth(edited.changed));
      await repos.noteContent(repo.id, { head: oid, lastModified: at, facets, mainSize, pusher: actor });
    }
    await this.#deps.room.settle(this.#tx, repo.id, writer.addedBytes);
    await this.#record(repo, { oid, parent: branch.commit, edited });
    return oid;
  }

  async #place(repoId: Repo['id'], plan: CommitPlan): Promise<void> {
    const ref = shortName(this.#request.ref);
    await placeObjects(
      this.#tx,
      repoId,
      plan.places.map((place) => ({ ...place, ref })),
    );
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

function requireParent(wish: CommitWish, head: Sha1): void {
  const { parentCommit } = wish;
  if (parentCommit === undefined) return;
  if (!/^[0-9a-f]{7,40}$/i.test(parentCommit)) throw parentInvalid();
  if (!head.startsWith(parentCommit.toLowerCase())) throw commitStale(wish.revision);
}

/** The objects to add. A large body is valid until the next object is asked for: all of them share one memory. */
async function* objectsOf(
  draft: Draft,
  blobs: readonly PlannedBlob[],
  trees: readonly EncodedObject[],
): AsyncGenerator<EncodedObject> {
  let shared: Buffer | undefined;
  for (const { oid, content } of blobs) {
    const size = content.reduce((sum, piece) => sum + piece.length, 0);
    if (size >= BATCH_BYTES && (shared?.length ?? 0) < size) shared = Buffer.allocUnsafe(size);
    const body = await draft.read(content, size >= BATCH_BYTES ? shared : undefined);
    yield { kind: 'blob', oid, body };
  }
  yield* trees;
}
