// Takes xorbs in. Invariants: a scope has a xorb only after a sender who may write there sent all of it, every chunk was
// unpacked and hashed and the hashes gave the name, and it is on disk; that another scope has the same bytes neither
// spares the sending nor shows in any answer.
import { type Clock } from '@holdfast/kernel/clock';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { Fault, isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { Gate } from '@holdfast/platform/gate';
import { type ByteSource, type ObjectStore, type StagedPack } from '@holdfast/platform/objects/store';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Room } from '#modules/blobs';
import { xorbMissing, xorbNameDiffers } from './faults.ts';
import { type XetHash } from './format/xet-hash.ts';
import { chunksOnly, MOST_PACKED, XORB_LIMITS } from './format/xorb-framing.ts';
import { type XorbIndex } from './format/xorb-index.ts';
import { type KnownDamage } from './known-damage.ts';
import { XetReader, XetWriter, type IndexedXorb, type Xorb, type XorbPlace } from './store.ts';
import { type VainWork, type Work } from './vain-work.ts';
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
  readonly vain: VainWork;
}

/** Where a xorb is sent to, and whose work it is, should it be in vain. */
export type XorbSender = XorbPlace & { readonly senderId: Id };

/**
 * Xorbs that hold a connection to the database at once. They wait for each other, and for the disk, while they do: many
 * small ones must not take all connections, which every token's check needs.
 */
const REGISTERED_AT_ONCE = 4;
/** A valid xorb that is not stored was unpacked in vain as far as it is more than so many times what came over the wire. */
const USUAL_RATIO = 4;

/** The xorbs of all scopes. */
export class Xorbs {
  readonly #deps: XorbsDeps;
  readonly #registering = new Gate(REGISTERED_AT_ONCE);

  constructor(deps: XorbsDeps) {
    this.#deps = deps;
  }

  /**
   * The xorb of a scope; where several repositories share that, only one that was sent for this one or that a file of it
   * needs: the others' are no business of whoever asks. Throws `xet.xorb-missing`.
   */
  async get(place: XorbPlace, hash: XetHash): Promise<Xorb> {
    const { scopeId, repoId } = place;
    const reader = new XetReader(this.#deps.db);
    const isTold = scopeId === repoId || (await reader.isXorbOf(place, hash, { orSeveral: false }));
    const xorb = isTold ? await reader.findXorb(scopeId, hash) : undefined;
    if (xorb === undefined) throw xorbMissing(hash);
    return xorb;
  }

  /**
   * Takes a xorb. Returns whether the scope did not have it yet, and always so where several repositories share that. Throws
   * `xet.xorb-invalid`, `xet.xorb-name-differs`, `xet.too-much-in-vain`, `quota.exceeded`, the store's refusals and what the
   * source throws.
   */
  async receive(
    sender: XorbSender,
    hash: XetHash,
    body: {
      readonly source: ByteSource;
      readonly signal: AbortSignal;
      /** How many bytes the sender said would come. */
      readonly announced?: number | undefined;
    },
  ): Promise<boolean> {
    const { store, room, vain } = this.#deps;
    const { signal, announced } = body;
    const { scopeId, repoId, senderId } = sender;
    using work = vain.begin(senderId, XORB_LIMITS.raw);
    await room.expect(scopeId, 1);
    await using staged = await store.packs.stage(chunksOnly(body.source), {
      limit: MOST_PACKED,
      signal,
      announced,
    });
    const { fd, size } = staged;
    if (fd === undefined) throw new Error('xorbs need a store of plain files');
    const index = await this.#verify(hash, { fd, size }, work);
    const pack = sha256(index.encode());
    signal.throwIfAborted();
    const xorb = { hash, pack, packedSize: size, index };
    let added = false;
    try {
      added = await this.#registering.pass(async () => await this.#register(sender, xorb, staged));
    } finally {
      // It was there already, or there is no room for it.
      if (added) work.brought(size);
      else work.wasInVain(Math.max(0, index.rawSize - USUAL_RATIO * size));
    }
    // That another repository has it must not show: of a small text that tells what the text is.
    return added || scopeId !== repoId;
  }

  async #verify(
    hash: XetHash,
    stored: { readonly fd: number; readonly size: number },
    work: Work,
  ): Promise<XorbIndex> {
    try {
      const { hash: found, index } = await this.#deps.verifier.verifyXorb(stored);
      if (found !== hash) throw xorbNameDiffers(hash, found);
      return index;
    } catch (error) {
      // How far it was unpacked is not known: it counts as the largest.
      if (error instanceof Fault) work.wasInVain(XORB_LIMITS.raw);
      throw error;
    }
  }

  /** Names a xorb that was verified. Returns whether the scope did not have it yet. */
  async #register(place: XorbPlace, xorb: IndexedXorb, staged: StagedPack): Promise<boolean> {
    const { scopeId } = place;
    const { db, clock, room, damage, indexes } = this.#deps;
    return await db.transaction(async (tx) => {
      const writer = new XetWriter(tx);
      // Nobody removes the pack as unneeded between its name and its row.
      await writer.lockPack(xorb.pack);
      const kept = await writer.insertXorb(place, xorb, clock.now());
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
