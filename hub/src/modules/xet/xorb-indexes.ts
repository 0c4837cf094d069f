// The chunks of xorbs that were asked for lately, in memory. A xorb never changes, so that nothing has to be forgotten
// but for space; whether a scope still has it is another question, asked in the transaction that needs it.
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { type Db } from '@holdfast/platform/postgres/database';
import { xorbMissing } from './faults.ts';
import { type XetHash } from './format/xet-hash.ts';
import { XetReader, type IndexedXorb } from './store.ts';

const MOST_BYTES = 32 * MiB;
/** Rows in one query: each brings 40 bytes for a chunk. */
const BATCH = 32;

/** Finds xorbs with their chunks. */
export class XorbIndexes {
  readonly #db: Db;
  readonly #kept = new Map<string, IndexedXorb>();
  #bytes = 0;

  constructor(db: Db) {
    this.#db = db;
  }

  /** A xorb of a scope. Throws `xet.xorb-missing`. */
  async get(scopeId: Id, hash: XetHash): Promise<IndexedXorb> {
    const [xorb] = await this.list(scopeId, [hash]);
    if (xorb === undefined) throw xorbMissing(hash);
    return xorb;
  }

  /** These xorbs of a scope, in this order. Throws `xet.xorb-missing`. */
  async list(scopeId: Id, hashes: readonly XetHash[]): Promise<IndexedXorb[]> {
    const found = new Map<XetHash, IndexedXorb>();
    const asked: XetHash[] = [];
    for (const hash of hashes) {
      const kept = this.#touch(`${scopeId}/${hash}`);
      if (kept === undefined) asked.push(hash);
      else found.set(hash, kept);
    }
    const reader = new XetReader(this.#db);
    for (let at = 0; at < asked.length; at += BATCH)
      for (const xorb of await reader.listXorbs(scopeId, asked.slice(at, at + BATCH))) {
        this.#keep(`${scopeId}/${xorb.hash}`, xorb);
        found.set(xorb.hash, xorb);
      }
    return hashes.map((hash) => {
      const xorb = found.get(hash);
      if (xorb === undefined) throw xorbMissing(hash);
      return xorb;
    });
  }

  #touch(key: string): IndexedXorb | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }

  #keep(key: string, xorb: IndexedXorb): void {
    if (this.#kept.has(key)) return;
    this.#kept.set(key, xorb);
    this.#bytes += sizeOf(xorb);
    for (const [oldest, one] of this.#kept) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#kept.delete(oldest);
      this.#bytes -= sizeOf(one);
    }
  }
}

function sizeOf({ index }: IndexedXorb): number {
  return index.count * 40 + 500;
}
