// Tells whether a pack is still what its name says: every chunk is unpacked and hashed again.
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Verifier } from './verifier.ts';

/** Looks packs through. */
export class PackCheck {
  readonly #store: ObjectStore;
  readonly #verifier: Verifier;

  constructor(deps: { readonly store: ObjectStore; readonly verifier: Verifier }) {
    this.#store = deps.store;
    this.#verifier = deps.verifier;
  }

  /** Whether its bytes give its name. Throws `object.missing`, and what the system says where it cannot be read. */
  async isWhole(pack: Sha256): Promise<boolean> {
    await using opened = await this.#store.packs.openAligned(pack);
    const { fd, size } = opened;
    if (fd === undefined) throw new Error('xorbs need a store of plain files');
    if (size === 0) return false;
    try {
      const { index } = await this.#verifier.verifyXorb({ fd, size });
      return sha256(index.encode()) === pack;
    } catch (error) {
      if (isFault(error, 'xet.xorb-invalid')) return false;
      throw error;
    }
  }
}
