// Deletes large files for good, out of the whole history: afterwards no revision of the repository names them.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { referencesOf, type Actor, type Who } from '#modules/access';
import { type Blobs } from '#modules/blobs';
import { HistoryRewriter, MAIN_BRANCH, type Rewriting, type SharedObjectCache } from '#modules/git';
import { record } from '#modules/ledger';
import {
  requireRight,
  RepoWriter,
  type Repo,
  type RepoAddress,
  type Repos,
  type Turns,
} from '#modules/repos';
import { facetsAt } from './facets.ts';
import { type ModelWeights } from './model-weights.ts';
import { type Revisions } from './revisions.ts';

/** What erasing needs. */
export interface ErasureDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly epochs: Epochs;
  readonly repos: Repos;
  readonly blobs: Pick<Blobs, 'removeWithin'>;
  readonly revisions: Revisions;
  readonly turns: Turns;
  readonly cache: SharedObjectCache;
  readonly weights: ModelWeights;
}

/** Erases large files. */
export class Erasure {
  readonly #deps: ErasureDeps;

  constructor(deps: ErasureDeps) {
    this.#deps = deps;
  }

  /**
   * Takes these objects from a repository, and their files from every commit of it: refs, commits and folders are made
   * anew where they change, in one transaction. Returns how many objects the repository had. Throws what `who` and
   * `Repos.get` throw, `history.too-large`.
   */
  async erase(who: Who, address: RepoAddress, digests: readonly Sha256[]): Promise<number> {
    const { db, repos, turns, blobs, revisions, cache } = this.#deps;
    const repo = await repos.get(await who(), address, 'administer');
    const { id } = repo;
    await this.#deps.weights.learn(repo, []);
    const removed = await turns.take(id, () =>
      db.transaction(async (tx) => {
        const locked = await new RepoWriter(tx).lock(id);
        // It may have waited for long: a right that ended meanwhile erases nothing.
        const actor = await who();
        requireRight(actor, 'administer', locked);
        await this.#rewrite(tx, actor, { repo: locked, digests });
        return await blobs.removeWithin(tx, actor, { repoId: id, digests });
      }),
    );
    cache.renew();
    revisions.forget(id);
    repos.forget();
    return removed.length;
  }

  async #rewrite(
    tx: Tx,
    actor: Actor,
    { repo, digests }: { readonly repo: Repo; readonly digests: readonly Sha256[] },
  ): Promise<void> {
    const at = this.#deps.clock.now();
    const writer = new HistoryRewriter(tx, repo.id);
    const rewriting = await writer.rewrite(digests, at);
    if (rewriting.erased === 0) return;
    const repos = new RepoWriter(tx);
    await repos.addStorage(repo.id, rewriting.addedBytes);
    const main = rewriting.moved.find(({ name }) => name === MAIN_BRANCH);
    const head = main && (await writer.findCommit(main.after.commit));
    if (head !== undefined) {
      const facets = await facetsAt(writer, head.tree, { repo, weights: this.#deps.weights });
      const mainSize = await writer.sumSizes(head.tree);
      await repos.noteContent(repo.id, { head: head.oid, lastModified: at, facets, mainSize });
    }
    // Other hubs forget what they remember of the history.
    await this.#deps.epochs.advance(tx, 'history');
    await this.#record(tx, actor, { repo, digests, rewriting });
  }

  async #record(
    tx: Tx,
    actor: Actor,
    did: { readonly repo: Repo; readonly digests: readonly Sha256[]; readonly rewriting: Rewriting },
  ): Promise<void> {
    const { repo, digests, rewriting } = did;
    const { moved, rebuilt, erased } = rewriting;
    const common = { subject: `repo:${repo.id}`, ...referencesOf(actor) };
    await record(tx, {
      kind: 'commit.rewritten',
      ...common,
      body: { objects: [...digests], refs: moved.length, rebuilt, erased },
    });
    for (const { name, before, after } of moved)
      await record(tx, {
        kind: 'ref.moved',
        ...common,
        body: { ref: name, commit: after.commit, before: before.commit },
      });
  }
}
