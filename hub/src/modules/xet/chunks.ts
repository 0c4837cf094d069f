// Tells a client which chunks a scope has already, in a way that helps only who has them too: the hashes are keyed, so
// that nobody learns the hash of a chunk they could not hash themselves.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { Gate } from '@holdfast/platform/gate';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { ChunkGuesses } from './chunk-guesses.ts';
import { ChunkLookup } from './chunk-lookup.ts';
import { writeDedupShard } from './format/dedup-shard.ts';
import { xetHashBytes, type XetHash } from './format/xet-hash.ts';
import { type KnownDamage } from './known-damage.ts';
import { type Scope } from './scopes.ts';
import { XetReader, XetWriter, type IndexedXorb } from './store.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What finding chunks needs. */
export interface ChunksDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly indexes: XorbIndexes;
  readonly damage: KnownDamage;
}

const DAY_MS = 24 * 3_600_000;
/** How long a client may use an answer. Xorbs are kept for longer after they were named in one. */
const GOOD_FOR_MS = 7 * DAY_MS;
/**
 * Xorbs in one answer, and chunks, each of which is hashed for it: one is found together with what follows it in its file, about
 * 4 GiB. Clients ask about one chunk in a thousand, so behind what an answer names they send tens of megabytes again.
 */
const MOST = { xorbs: 64, chunks: 65_536 };
/** Answers that are hashed at the same time. */
const AT_ONCE = 2;

/** The chunks of all scopes. */
export class Chunks {
  readonly #deps: ChunksDeps;
  readonly #lookup: ChunkLookup;
  readonly #gate = new Gate(AT_ONCE);
  readonly #guesses: ChunkGuesses;

  constructor(deps: ChunksDeps) {
    this.#deps = deps;
    this.#lookup = new ChunkLookup(async (chunks) => await new XetReader(deps.db).findChunks(chunks));
    this.#guesses = new ChunkGuesses(deps.clock);
  }

  /**
   * A shard that names the xorbs around a chunk; `undefined` where the scope does not know it, and where this user has asked for too
   * many that it does not know.
   */
  async find(scope: Scope, chunk: XetHash, userId: Id): Promise<Buffer | undefined> {
    if (!this.#guesses.mayAsk(userId, scope.id)) return undefined;
    const hash = xetHashBytes(chunk);
    if (await this.#lookup.has(scope.id, hash)) return await this.#answer(scope, hash);
    this.#guesses.noteMiss(userId, scope.id);
    return undefined;
  }

  async #answer(scope: Scope, hash: Buffer): Promise<Buffer | undefined> {
    const { db, clock, keys } = this.#deps;
    const near = await new XetReader(db).listByChunk(scope.id, hash, MOST);
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
    const whole = await this.#listWhole(
      scope,
      near.filter((xorb) => held.has(xorb)),
    );
    if (whole[0]?.hash !== first) return undefined;
    // A key a day: an answer of yesterday and one of today cannot be laid side by side.
    const day = String(Math.floor(now.getTime() / DAY_MS));
    const key = keys.mac('xet-dedup', [scope.id, String(scope.generation), day]);
    const answer = {
      ...{ xorbs: whole, key, created: now },
      expires: new Date(now.getTime() + GOOD_FOR_MS),
    };
    return await this.#gate.pass(async () => await writeDedupShard(answer));
  }

  /** Those of the xorbs whose bytes are not known to be damaged: who is not told of one sends it, and mends it. */
  async #listWhole({ id }: Scope, hashes: readonly XetHash[]): Promise<IndexedXorb[]> {
    const { db, indexes, damage } = this.#deps;
    const xorbs = await indexes.list(id, hashes);
    const damaged = await damage.among(
      db,
      xorbs.map(({ pack }) => pack),
    );
    return xorbs.filter(({ pack }) => !damaged.has(pack));
  }
}
