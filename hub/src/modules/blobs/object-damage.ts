// What whoever looks stored bytes through lends to those who take objects in.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';

/** Objects whose bytes are known to be damaged or gone. */
export interface ObjectDamage {
  /** Those of these objects that are. */
  among(db: Db | Tx, digests: readonly Sha256[]): Promise<ReadonlySet<Sha256>>;
  /** Says that an object was written anew and verified; whether it was damaged need not be known. */
  mended(tx: Tx, sha256: Sha256): Promise<void>;
}
