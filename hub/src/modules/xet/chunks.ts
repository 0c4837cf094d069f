// Tells a client which chunks a scope has already, in a way that helps only who has them too: the hashes are keyed, so
// that nobody learns the hash of a chunk they could not hash themselves.
import { type Clock } from '@holdfast/kernel/clock';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { writeDedupShard } from './format/dedup-shard.ts';
import { xetHashBytes, type XetHash } from './format/xet-hash.ts';
import { type Scope } from './scopes.ts';
import { XetReader, XetWriter, type IndexedXorb } from './store.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What finding chunks needs. */
export interface ChunksDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly indexes: XorbIndexes;
}

const DAY_MS = 24 * 3_600_000;
/** How long a client may use an answer. Xorbs are kept for longer after they were named in one. */
const GOOD_FOR_MS = 7 * DAY_MS;
/** Xorbs in one answer: with their neighbours in a file, so that a large file needs few questions. */
const MOST_XORBS = 32;
/** Chunks in one answer: each is hashed for it. */
const MOST_CHUNKS = 16_384;

/** The chunks of all scopes. */
export class Chunks {
  readonly #deps: ChunksDeps;

  constructor(deps: ChunksDeps) {
    this.#deps = deps;
  }

  /** A shard that names the xorbs around a chunk; `undefined` where the scope does not know it. */
  async find(scope: Scope, chunk: XetHash): Promise<Buffer | undefined> {
    const { db, clock, keys, indexes } = this.#deps;
    const near = await new XetReader(db).listByChunk(scope.id, xetHashBytes(chunk), MOST_XORBS);
    if (near.length === 0) return undefined;
    const now = clock.now();
    // Before it is told: what a client was told it may name for days. What a sweep has just taken is not told.
    const held = await db.transaction(async (tx) => {
      const writer = new XetWriter(tx);
      const there = await writer.holdXorbs(scope.id, near);
      await writer.touchXorbs(scope.id, [...there], now);
      return there;
    });
    const [first] = near;
    if (first === undefined || !held.has(first)) return undefined;
    const xorbs = upTo(
      MOST_CHUNKS,
      await indexes.list(
        scope.id,
        near.filter((xorb) => held.has(xorb)),
      ),
    );
    // A key a day: an answer of yesterday and one of today cannot be laid side by side.
    const day = String(Math.floor(now.getTime() / DAY_MS));
    const key = keys.mac('xet-dedup', [scope.id, String(scope.generation), day]);
    return writeDedupShard({ xorbs, key, created: now, expires: new Date(now.getTime() + GOOD_FOR_MS) });
  }
}

/** The first xorb, and those after it that together have no more chunks. */
function upTo(chunks: number, xorbs: readonly IndexedXorb[]): IndexedXorb[] {
  let left = chunks;
  return xorbs.filter(({ index }, number) => (left -= index.count) >= 0 || number === 0);
}
