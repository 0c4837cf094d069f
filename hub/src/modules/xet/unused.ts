// Takes away what nobody needs any more: files that no repository has, xorbs that no file is made of, packs that are no
// xorb's. Invariants: each goes under the lock that a sender takes to need it, so that a row never points to bytes that
// are gone; a crash between two steps leaves only what the next round finds again.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { XetWriter } from './store.ts';
import {
  findNeededPacks,
  listUnheldFiles,
  removeUnheldFile,
  removeUnusedXorbs,
  type ScopedName,
} from './unused-store.ts';

/** How long what nobody needs is kept, in milliseconds. */
export interface UnusedGraces {
  /** A file since it was last registered. */
  readonly file: number;
  /** A xorb since it was sent, named to a client, or lost a file. */
  readonly xorb: number;
  /** A xorb of a repository that was deleted. */
  readonly endedXorb: number;
  /** A pack since it was written. */
  readonly pack: number;
}

/** What is needed to remove. */
export interface UnusedDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly graces: UnusedGraces;
}

/** What one round took away. */
export interface Removed {
  readonly files: number;
  readonly xorbs: number;
  readonly packs: number;
  /** Bytes of the packs of removed xorbs, and of packs that were no xorb's. */
  readonly bytes: number;
}

interface Tally {
  count: number;
  bytes: number;
}

const FILES = 200;
const XORBS = 200;
const PACKS = 500;

/** Removes what nobody needs. */
export class Unused {
  readonly #deps: UnusedDeps;

  constructor(deps: UnusedDeps) {
    this.#deps = deps;
  }

  /** One round over everything; a signal ends it between two steps. */
  async remove(signal?: AbortSignal): Promise<Removed> {
    const files = await this.#removeFiles(signal);
    const xorbs = await this.#removeXorbs(signal);
    const packs = await this.#removePacks(signal);
    return { files, xorbs: xorbs.count, packs: packs.count, bytes: xorbs.bytes + packs.bytes };
  }

  async #removeFiles(signal: AbortSignal | undefined): Promise<number> {
    const { db, clock } = this.#deps;
    const before = this.#ago('file');
    let removed = 0;
    let after: ScopedName | undefined;
    do {
      const batch = await listUnheldFiles(db, { before, after, limit: FILES });
      for (const file of batch) {
        if (signal?.aborted === true) return removed;
        if (await db.transaction((tx) => removeUnheldFile(tx, file, clock.now()))) removed += 1;
      }
      after = batch.length < FILES ? undefined : batch.at(-1);
    } while (after !== undefined);
    return removed;
  }

  async #removeXorbs(signal: AbortSignal | undefined): Promise<Tally> {
    const { db } = this.#deps;
    const graces = { before: this.#ago('xorb'), endedBefore: this.#ago('endedXorb') };
    const removed: Tally = { count: 0, bytes: 0 };
    for (let more = true; more && signal?.aborted !== true;) {
      const batch = await db.transaction((tx) => removeUnusedXorbs(tx, graces, XORBS));
      for (const { pack, packedSize } of batch) {
        await this.#removeUnneeded(pack);
        removed.count += 1;
        removed.bytes += packedSize;
      }
      more = batch.length === XORBS;
    }
    return removed;
  }

  async #removePacks(signal: AbortSignal | undefined): Promise<Tally> {
    const { store } = this.#deps;
    const before = this.#ago('pack').getTime();
    const removed: Tally = { count: 0, bytes: 0 };
    let batch = new Map<Sha256, number>();
    const look = async (): Promise<void> => {
      const needed = await findNeededPacks(this.#deps.db, [...batch.keys()]);
      for (const [pack, size] of batch) {
        if (needed.has(pack) || !(await this.#removeUnneeded(pack))) continue;
        removed.count += 1;
        removed.bytes += size;
      }
      batch = new Map();
    };
    for await (const { sha256, size, storedAt } of store.packs.list()) {
      if (signal?.aborted === true) return removed;
      if (storedAt.getTime() < before) batch.set(sha256, size);
      if (batch.size >= PACKS) await look();
    }
    await look();
    return removed;
  }

  // Under the lock that a sender takes to name the pack: either the row is seen here, or the sender writes it anew.
  async #removeUnneeded(pack: Sha256): Promise<boolean> {
    const { db, store } = this.#deps;
    return await db.transaction(async (tx) => {
      const writer = new XetWriter(tx);
      await writer.lockPack(pack);
      return !(await writer.needsPack(pack)) && (await store.packs.remove(pack));
    });
  }

  #ago(what: keyof UnusedGraces): Date {
    return new Date(this.#deps.clock.now().getTime() - this.#deps.graces[what]);
  }
}
