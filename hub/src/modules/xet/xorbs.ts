// Takes xorbs in. Invariants: a scope has a xorb only after a sender who may write there sent all of it, every chunk was
// unpacked and hashed and the hashes gave the name, and it is on disk; that another scope has the same bytes neither
// spares the sending nor shows in any answer.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type ByteSource, type ObjectStore, type OpenObject } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { lockObjects, type Blobs } from '#modules/blobs';
import { xorbInterrupted, xorbMissing, xorbNameDiffers } from './faults.ts';
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
  readonly blobs: Pick<Blobs, 'dropUnheld'>;
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
   * `xet.xorb-interrupted`, the store's refusals and what the source throws.
   */
  async receive(
    scopeId: Id,
    hash: XetHash,
    body: { readonly source: ByteSource; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { store, blobs } = this.#deps;
    const { sha256 } = await store.put(chunksOnly(body.source), { limit: MOST_PACKED, signal: body.signal });
    try {
      return await this.#register(scopeId, hash, await store.open(sha256));
    } catch (error) {
      await blobs.dropUnheld(sha256);
      throw error;
    }
  }

  async #register(scopeId: Id, hash: XetHash, opened: OpenObject): Promise<boolean> {
    await using object = opened;
    const { db, clock, store, verifier } = this.#deps;
    if (object.fd === undefined) throw new Error('xorbs need a store of plain files');
    const { sha256, size } = object;
    const verified = await verifier.verifyXorb({ fd: object.fd, size });
    if (verified.hash !== hash) throw xorbNameDiffers(hash, verified.hash);
    return await db.transaction(async (tx) => {
      await lockObjects(tx, [sha256]);
      // Since it was stored it may have been removed as the last of somebody else's.
      if (!(await store.has(sha256))) throw xorbInterrupted();
      const xorb = { hash, object: sha256, packedSize: size, index: verified.index };
      return await new XetWriter(tx).insertXorb(scopeId, xorb, clock.now());
    });
  }
}
