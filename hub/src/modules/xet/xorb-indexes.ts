// The chunks of xorbs that were asked for lately, in memory. The chunks of a xorb never change; the pack that it is does,
// when it was removed or damaged and sent again packed otherwise, perhaps through another hub. So what is kept is kept
// for minutes, and looked up anew when its pack is gone. Whether a scope still has a xorb is another question, asked in
// the transaction that needs it.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { type PackStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { xorbMissing } from './faults.ts';
import { type XetHash } from './format/xet-hash.ts';
import { type XorbIndex } from './format/xorb-index.ts';
import { XetReader, type IndexedXorb } from './store.ts';

/** What is needed to find xorbs and their bytes. */
export interface XorbIndexesDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly packs: PackStore;
}

/** The bytes of a xorb, open, and its chunks as they lie in them. */
export interface OpenXorb {
  readonly index: XorbIndex;
  readonly opened: Awaited<ReturnType<PackStore['open']>>;
}

interface Kept {
  readonly xorb: IndexedXorb;
  /** Milliseconds of the clock. */
  readonly since: number;
}

const MOST_BYTES = 32 * MiB;
/** Rows in one query: each brings 40 bytes for a chunk. */
const BATCH = 32;
/** How long another hub's mending of a pack may go unnoticed. */
const KEPT_MS = 5 * 60_000;

/** Finds xorbs with their chunks. */
export class XorbIndexes {
  readonly #deps: XorbIndexesDeps;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(deps: XorbIndexesDeps) {
    this.#deps = deps;
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
    const reader = new XetReader(this.#deps.db);
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

  /** Opens the bytes of a xorb; dispose `opened`. Throws `xet.xorb-missing`, and `object.missing` for a lost pack. */
  async open(scopeId: Id, hash: XetHash): Promise<OpenXorb> {
    return await this.#open(scopeId, hash, (pack) => this.#deps.packs.open(pack));
  }

  /** The same, to read them once as `PackStore.openAligned` says. */
  async openAligned(scopeId: Id, hash: XetHash): Promise<OpenXorb> {
    return await this.#open(scopeId, hash, (pack) => this.#deps.packs.openAligned(pack));
  }

  async #open(
    scopeId: Id,
    hash: XetHash,
    open: (pack: Sha256) => Promise<OpenXorb['opened']>,
  ): Promise<OpenXorb> {
    const { pack, index } = await this.get(scopeId, hash);
    try {
      return { index, opened: await open(pack) };
    } catch (error) {
      if (!isFault(error, 'object.missing')) throw error;
      this.forgetPack(pack);
      const again = await this.get(scopeId, hash);
      return { index: again.index, opened: await open(again.pack) };
    }
  }

  /** Forgets the xorbs that were this pack, because it is gone or no longer theirs. */
  forgetPack(pack: Sha256): void {
    for (const [key, { xorb }] of this.#kept) if (xorb.pack === pack) this.#drop(key);
  }

  #touch(key: string): IndexedXorb | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    if (this.#now() - kept.since > KEPT_MS) {
      this.#drop(key);
      return undefined;
    }
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.xorb;
  }

  #keep(key: string, xorb: IndexedXorb): void {
    if (this.#kept.has(key)) return;
    this.#kept.set(key, { xorb, since: this.#now() });
    this.#bytes += sizeOf(xorb);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= MOST_BYTES) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    this.#bytes -= sizeOf(kept.xorb);
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }
}

function sizeOf({ index }: IndexedXorb): number {
  return index.count * 40 + 500;
}
