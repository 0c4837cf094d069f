// What the store really holds for repositories.
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { storedByEach } from './size-store.ts';

/** Sizes on disks. Whether the caller may know them is decided before. */
export class Sizes {
  readonly #db: Db;

  constructor(deps: { readonly db: Db }) {
    this.#db = deps.db;
  }

  /** Bytes that are stored for each of these repositories; what two of them share counts for both. */
  async storedByEach(repoIds: readonly Id[]): Promise<ReadonlyMap<Id, number>> {
    return await storedByEach(this.#db, repoIds);
  }
}
