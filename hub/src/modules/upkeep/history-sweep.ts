// Removes git objects that nothing reaches any more, once what a ref let go of has been kept for its grace. Looking is
// done without a lock; what is deleted is asked for again under the lock that commits take, so that an object that a
// new commit or branch has taken up again stays.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha1 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type RepoStorage } from '#modules/blobs';
import {
  deleteChangesOfGone,
  deleteCommits,
  deleteObjects,
  forgetLetGo,
  listLetGo,
  listUnreached,
  Reach,
  type UnreachedKind,
} from '#modules/git';
import { record } from '#modules/ledger';
import { type Graces } from './graces.ts';

/** What sweeping histories needs. */
export interface HistorySweepDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly storage: RepoStorage;
  readonly graces: Pick<Graces, 'history'>;
}

/** What was removed. */
export interface SweptHistory {
  commits: number;
  /** Commits, trees, blobs and tags. */
  gitObjects: number;
  gitBytes: number;
}

/** Sweeps histories. */
export class HistorySweep {
  readonly #deps: HistorySweepDeps;

  constructor(deps: HistorySweepDeps) {
    this.#deps = deps;
  }

  /**
   * One round over the repositories whose refs let go of something long enough ago. One that is damaged is left as it
   * is, and told of when the others are done.
   */
  async run(signal?: AbortSignal): Promise<SweptHistory> {
    const { db, clock, graces } = this.#deps;
    const before = new Date(clock.now().getTime() - graces.history);
    const total: SweptHistory = { commits: 0, gitObjects: 0, gitBytes: 0 };
    const failures: unknown[] = [];
    let last: Id | '' = '';
    for (let due = await listLetGo(db, before, last); due.length > 0; due = await listLetGo(db, before, last))
      for (last of due) {
        if (signal?.aborted === true) return total;
        try {
          add(total, await this.#sweep(last, before, signal));
        } catch (error) {
          failures.push(error);
        }
      }
    if (failures.length > 0) throw new AggregateError(failures, 'histories could not be swept');
    return total;
  }

  async #sweep(repoId: Id, before: Date, signal: AbortSignal | undefined): Promise<SweptHistory> {
    const { db } = this.#deps;
    const swept: SweptHistory = { commits: 0, gitObjects: 0, gitBytes: 0 };
    const reach = new Reach(repoId, before);
    try {
      await reach.extend(db);
      await this.#delete(repoId, { what: 'commit', reach, swept, signal });
      await deleteChangesOfGone(db, repoId, signal);
      await this.#delete(repoId, { what: 'object', reach, swept, signal });
      if (signal?.aborted !== true) await this.#finish(repoId, before, swept);
    } catch (error) {
      // Deleted meanwhile: all of it goes in another way.
      if (!isFault(error, 'repo.missing')) throw error;
      await db.transaction((tx) => forgetLetGo(tx, repoId, before));
    }
    return swept;
  }

  async #delete(
    repoId: Id,
    of: {
      readonly what: UnreachedKind;
      readonly reach: Reach;
      readonly swept: SweptHistory;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<void> {
    const { db, storage } = this.#deps;
    const { what, reach, swept, signal } = of;
    for await (const batch of listUnreached(db, what, reach)) {
      if (signal?.aborted === true) return;
      await db.transaction(async (tx) => {
        await storage.lock(tx, repoId);
        await reach.extend(tx);
        const doomed = batch.filter((oid) => !reach.has(oid));
        if (what === 'commit') swept.commits += await deleteCommits(tx, repoId, doomed);
        else await this.#deleteObjects(tx, repoId, { doomed, swept });
      });
    }
  }

  async #deleteObjects(
    tx: Tx,
    repoId: Id,
    { doomed, swept }: { readonly doomed: readonly Sha1[]; readonly swept: SweptHistory },
  ): Promise<void> {
    const { objects, bytes } = await deleteObjects(tx, repoId, doomed);
    await this.#deps.storage.add(tx, repoId, -bytes);
    swept.gitObjects += objects;
    swept.gitBytes += bytes;
  }

  async #finish(repoId: Id, before: Date, swept: SweptHistory): Promise<void> {
    await this.#deps.db.transaction(async (tx) => {
      await forgetLetGo(tx, repoId, before);
      if (swept.gitObjects === 0) return;
      await record(tx, {
        kind: 'commit.swept',
        subject: `repo:${repoId}`,
        actor: 'system:sweep',
        credential: '',
        body: { commits: swept.commits, objects: swept.gitObjects, bytes: swept.gitBytes },
      });
    });
  }
}

function add(total: SweptHistory, part: SweptHistory): void {
  total.commits += part.commits;
  total.gitObjects += part.gitObjects;
  total.gitBytes += part.gitBytes;
}
