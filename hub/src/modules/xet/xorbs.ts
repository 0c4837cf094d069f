// Takes xorbs in. Invariants: a scope has a xorb only after a sender who may write there sent all of it, every chunk was
// unpacked and hashed and the hashes gave the name, and it is on disk; that another scope has the same bytes neither
// spares the sending nor shows in any answer.
import { type Clock } from '@holdfast/kernel/clock';
import { sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type ByteSource, type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Room } from '#modules/blobs';
import { xorbMissing, xorbNameDiffers } from './faults.ts';
import { type XetHash } from './format/xet-hash.ts';
import { chunksOnly, MOST_PACKED } from './format/xorb-framing.ts';
import { XetReader, XetWriter, type Xorb } from './store.ts';
import { type Verifier } from './verifier.ts';

/** What xorbs need. */
export interface XorbsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly verifier: Verifier;
  readonly room: Room;
}

/** The xorbs of all scopes. */
export class Xorbs {
  readonly #deps: XorbsDeps;

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
    body: { readonly source: ByteSource; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { db, clock, store, verifier, room } = this.#deps;
    const { signal } = body;
    await room.expect(scopeId, 1);
    await using staged = await store.packs.stage(chunksOnly(body.source), { limit: MOST_PACKED, signal });
    const { fd, size } = staged;
    if (fd === undefined) throw new Error('xorbs need a store of plain files');
    const { hash: found, index } = await verifier.verifyXorb({ fd, size });
    if (found !== hash) throw xorbNameDiffers(hash, found);
    const pack = sha256(index.encode());
    signal.throwIfAborted();
    return await db.transaction(async (tx) => {
      const writer = new XetWriter(tx);
      // Nobody removes the pack as unneeded between its name and its row.
      await writer.lockPack(pack);
      const kept = await writer.insertXorb(scopeId, { hash, pack, packedSize: size, index }, clock.now());
      if (kept.added) await room.settle(tx, scopeId, size);
      // Last: what is refused leaves nothing on the disk. And who sends the same chunks packed in ever new ways does not
      // fill it: the first pack stays.
      if (kept.pack === pack) await staged.publish(pack);
      return kept.added;
    });
  }
}
