// Removes what nothing points to any more, once its grace is over. Invariants: what a sender or a commit is about to
// point to stays, because each removal asks again under the lock that they take; each step is a transaction with its
// entry in the ledger, so that a crash loses only the place.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type SystemActor } from '#modules/access';
import { type Blobs, type RepoStorage } from '#modules/blobs';
import { record } from '#modules/ledger';
import { type Removed, type Unused } from '#modules/xet';
import { type Graces } from './graces.ts';
import { type HistorySweep, type SweptHistory } from './history-sweep.ts';
import { findNextHolder, holdUnnamed, listUnnamed } from './sweep-store.ts';

/** The queue task of a round. Worth running once a day. */
export const SWEEP_TASK = 'upkeep:sweep';

/** What sweeping needs. */
export interface SweepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly blobs: Pick<Blobs, 'removeWithin'>;
  readonly storage: RepoStorage;
  readonly unused: Pick<Unused, 'remove'>;
  readonly histories: Pick<HistorySweep, 'run'>;
  readonly graces: Pick<Graces, 'object'>;
}

/** What a round removed. */
export interface Swept extends Removed, SweptHistory {
  /** Large objects of repositories. */
  readonly objects: number;
}

const BATCH = 200;
const SWEEPER: SystemActor = { kind: 'system', part: 'sweep' };

/** Sweeps. */
export class Sweep {
  readonly #deps: SweepDeps;

  constructor(deps: SweepDeps) {
    this.#deps = deps;
  }

  /** One round over everything; a signal ends it between two steps. */
  async run(signal?: AbortSignal): Promise<Swept> {
    const { db, unused, histories } = this.#deps;
    let objects = 0;
    for (let id = await findNextHolder(db, ''); id !== undefined; id = await findNextHolder(db, id)) {
      if (signal?.aborted === true) break;
      objects += await this.#sweepObjects(id, signal);
    }
    const removed = await unused.remove(signal);
    if (removed.files + removed.xorbs + removed.packs > 0)
      await db.transaction((tx) =>
        record(tx, {
          kind: 'store.swept',
          subject: 'store',
          actor: 'system:sweep',
          credential: '',
          body: { ...removed },
        }),
      );
    // Last: it throws where a history is damaged, and that keeps nothing else from being removed.
    return { ...removed, objects, ...(await histories.run(signal)) };
  }

  async #sweepObjects(repoId: Id, signal: AbortSignal | undefined): Promise<number> {
    const { db, clock, graces } = this.#deps;
    const before = new Date(clock.now().getTime() - graces.object);
    let removed = 0;
    let after: Sha256 | '' = '';
    while (signal?.aborted !== true) {
      const batch = await listUnnamed(db, { repoId, before, after, limit: BATCH });
      const last = batch.at(-1);
      if (last === undefined) return removed;
      removed += await this.#removeObjects(repoId, { before, digests: batch });
      after = last;
    }
    return removed;
  }

  // Under the lock of the repository, which commits take too: of what they are about to name nothing goes.
  async #removeObjects(
    repoId: Id,
    of: { readonly before: Date; readonly digests: readonly Sha256[] },
  ): Promise<number> {
    const { db, blobs, storage } = this.#deps;
    return await db
      .transaction(async (tx) => {
        await storage.lock(tx, repoId);
        const digests = await holdUnnamed(tx, { repoId, ...of });
        return (await blobs.removeWithin(tx, SWEEPER, { repoId, digests })).length;
      })
      .catch((error: unknown) => {
        // Deleted meanwhile: what it held goes with it.
        if (isFault(error, 'repo.missing')) return 0;
        throw error;
      });
  }
}
