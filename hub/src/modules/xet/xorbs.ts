// Takes xorbs in. Invariants: a scope has a xorb only after a sender who may write there sent all of it, every chunk was
// unpacked and hashed and the hashes gave the name, and it is on disk; that another scope has the same bytes neither
// spares the sending nor shows in any answer.
import { type Clock } from '@holdfast/kernel/clock';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { Gate } from '@holdfast/platform/gate';
import { type ByteSource, type ObjectStore, type StagedPack } from '@holdfast/platform/objects/store';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Room } from '#modules/blobs';
import { xorbMissing, xorbNameDiffers } from './faults.ts';
import { type XetHash } from './format/xet-hash.ts';
import { chunksOnly, MOST_PACKED } from './format/xorb-framing.ts';
import { type KnownDamage } from './known-damage.ts';
import { XetReader, XetWriter, type IndexedXorb, type Xorb } from './store.ts';
import { type Verifier } from './verifier.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What xorbs need. */
export interface XorbsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly verifier: Verifier;
  readonly room: Room;
  readonly damage: KnownDamage;
  readonly indexes: Pick<XorbIndexes, 'forgetPack'>;
}

/**
 * Xorbs that hold a connection to the database at once. They wait for each other, and for the disk, while they do: many
 * small ones must not take all connections, which every token's check needs.
 */
const REGISTERED_AT_ONCE = 4;

/** The xorbs of all scopes. */
export class Xorbs {
  readonly #deps: XorbsDeps;
  readonly #registering = new Gate(REGISTERED_AT_ONCE);

  constructor(deps: XorbsDeps) {
    this.#deps = deps;
  }

  /** The xorb, if the scope has it. */
  async find(scopeId: Id, hash: XetHash): Promise<Xorb | undefined> {
    return await new XetReader(this.#deps.db).findXorb(scopeId, hash);
  }

  /** The xorb of a scope. Throws `xet.xorb-missing`. */
  async get(scopeId: Id, hash: XetHash): Promise<Xorb> {
    const xorb = await this.find(scopeId, hash);
    if (xorb === undefined) throw xorbMissing(hash);
    return xorb;
  }

  /**
   * Takes a xorb. Returns whether the scope did not have it yet. Throws `xet.xorb-invalid`, `xet.xorb-name-differs`,
   * `quota.exceeded`, the store's refusals and what the source throws.
   */
  async receive(
    scopeId: Id,
    hash: XetHash,
    body: {
      readonly source: ByteSource;
      readonly signal: AbortSignal;
      /** How many bytes the sender said would come. */
      readonly announced?: number | undefined;
    },
  ): Promise<boolean> {
    const { store, verifier, room } = this.#deps;
    const { signal, announced } = body;
    await room.expect(scopeId, 1);
    await using staged = await store.packs.stage(chunksOnly(body.source), {
      limit: MOST_PACKED,
      signal,
      announced,
    });
    const { fd, size } = staged;
    if (fd === undefined) throw new Error('xorbs need a store of plain files');
    const { hash: found, index } = await verifier.verifyXorb({ fd, size });
    if (found !== hash) throw xorbNameDiffers(hash, found);
    const pack = sha256(index.encode());
    signal.throwIfAborted();
    const xorb = { hash, pack, packedSize: size, index };
    return await this.#registering.pass(async () => await this.#register(scopeId, xorb, staged));
  }

  /** Names a xorb that was verified. Returns whether the scope did not have it yet. */
  async #register(scopeId: Id, xorb: IndexedXorb, staged: StagedPack): Promise<boolean> {
    const { db, clock, room, damage, indexes } = this.#deps;
    return await db.transaction(async (tx) => {
      const writer = new XetWriter(tx);
      // Nobody removes the pack as unneeded between its name and its row.
      await writer.lockPack(xorb.pack);
      const kept = await writer.insertXorb(scopeId, xorb, clock.now());
      if (kept.added) await room.settle(tx, scopeId, xorb.packedSize);
      else if (kept.pack !== xorb.pack) {
        // Who sends the same chunks packed in ever new ways does not fill the disk: the first pack stays that can be read.
        if (!(await this.#isLost(tx, kept.pack))) return false;
        await writer.replacePack(scopeId, xorb);
        await room.settle(tx, scopeId, xorb.packedSize - kept.packedSize);
        tx.afterCommit(() => indexes.forgetPack(kept.pack));
      }
      await damage.mended(tx, xorb.pack);
      // Last: what is refused leaves nothing on the disk.
      await staged.publish(xorb.pack);
      return kept.added;
    });
  }

  async #isLost(tx: Tx, pack: Sha256): Promise<boolean> {
    const { store, damage } = this.#deps;
    if ((await damage.among(tx, [pack])).has(pack)) return true;
    try {
      await using _opened = await store.packs.open(pack);
      return false;
    } catch (error) {
      if (isFault(error, 'object.missing')) return true;
      throw error;
    }
  }
}
