// What whoever looks stored bytes through lends to those who take xorbs in, and tell of them.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';

/** Packs whose bytes are known to be damaged or gone. */
export interface KnownDamage {
  /** Those of these packs that are. */
  among(db: Db | Tx, packs: readonly Sha256[]): Promise<ReadonlySet<Sha256>>;
  /** Says that a pack is being written anew in this transaction; whether it was damaged need not be known. */
  mended(tx: Tx, pack: Sha256): Promise<void>;
}
