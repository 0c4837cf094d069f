// Tells whether stored bytes are still what their name says, by reading all of them again.
import { createHash } from 'node:crypto';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { type PackCheck } from '#modules/xet';
import { isNeeded } from './damage-store.ts';
import { type Flaw, type StoredKind } from './model.ts';

/** What the check needs. */
export interface StoredCheckDeps {
  readonly db: Db;
  readonly store: ObjectStore;
  readonly packCheck: Pick<PackCheck, 'isWhole'>;
}

/** Bytes between two pauses. */
const STEP = 4 * 1024 * 1024;

/** Called after so many bytes were read; it may take its time. */
export type OnBytes = (bytes: number) => Promise<void>;

/** Looks at stored bytes. */
export class StoredCheck {
  readonly #deps: StoredCheckDeps;

  constructor(deps: StoredCheckDeps) {
    this.#deps = deps;
  }

  /** What is wrong with all bytes of an object or a pack; `undefined` where nothing is. */
  async read(kind: StoredKind, name: Sha256, onBytes: OnBytes): Promise<Flaw | undefined> {
    try {
      const isWhole =
        kind === 'object' ? await this.#digest(name, onBytes) : await this.#verify(name, onBytes);
      return isWhole ? undefined : 'altered';
    } catch (error) {
      if (isFault(error, 'object.missing')) return await this.look(kind, name);
      // What the system says of a broken disk has a code; anything else is a bug.
      if (error instanceof Error && 'code' in error && error.code === 'EIO') return 'unreadable';
      throw error;
    }
  }

  /** Whether somebody has an object or a pack that is not there. Asked under the lock of those who remove. */
  async look(kind: StoredKind, name: Sha256): Promise<Flaw | undefined> {
    const { db } = this.#deps;
    if (await this.#isThere(kind, name)) return undefined;
    return await db.transaction(async (tx) =>
      (await isNeeded(tx, kind, name)) && !(await this.#isThere(kind, name)) ? 'missing' : undefined,
    );
  }

  async #isThere(kind: StoredKind, name: Sha256): Promise<boolean> {
    const { store } = this.#deps;
    if (kind === 'object') return await store.has(name);
    try {
      await using _opened = await store.packs.open(name);
      return true;
    } catch (error) {
      if (isFault(error, 'object.missing')) return false;
      throw error;
    }
  }

  async #digest(name: Sha256, onBytes: OnBytes): Promise<boolean> {
    await using opened = await this.#deps.store.open(name);
    const hash = createHash('sha256');
    let unpaid = 0;
    for await (const piece of opened.read({ start: 0, end: opened.size })) {
      hash.update(piece);
      unpaid += piece.length;
      if (unpaid < STEP) continue;
      await onBytes(unpaid);
      unpaid = 0;
    }
    await onBytes(unpaid);
    return hash.digest('hex') === name;
  }

  async #verify(name: Sha256, onBytes: OnBytes): Promise<boolean> {
    const isWhole = await this.#deps.packCheck.isWhole(name);
    await using opened = await this.#deps.store.packs.open(name);
    await onBytes(opened.size);
    return isWhole;
  }
}
