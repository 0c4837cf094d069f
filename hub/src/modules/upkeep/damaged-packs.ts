// What is known of damaged packs and objects, for those who can mend them by sending them again.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type ObjectDamage } from '#modules/blobs';
import { record } from '#modules/ledger';
import { type KnownDamage } from '#modules/xet';
import { listDamagedAmong, removeDamage } from './damage-store.ts';
import { type StoredKind } from './model.ts';

/** Damaged packs, as far as is known. */
export const damagedPacks: KnownDamage = {
  among: async (db: Db | Tx, packs: readonly Sha256[]) => await listDamagedAmong(db, 'pack', packs),
  mended: async (tx: Tx, pack: Sha256) => await forget(tx, { kind: 'pack', name: pack }, 'system:xorbs'),
};

/** Damaged objects that are stored whole, as far as is known. */
export const damagedObjects: ObjectDamage = {
  among: async (db: Db | Tx, digests: readonly Sha256[]) => await listDamagedAmong(db, 'object', digests),
  mended: async (tx: Tx, sha256: Sha256) =>
    await forget(tx, { kind: 'object', name: sha256 }, 'system:uploads'),
};

async function forget(
  tx: Tx,
  { kind, name }: { readonly kind: StoredKind; readonly name: Sha256 },
  actor: 'system:xorbs' | 'system:uploads',
): Promise<void> {
  if (!(await removeDamage(tx, kind, name))) return;
  const body = { repos: [] };
  await record(tx, { kind: 'store.mended', subject: `${kind}:${name}`, actor, credential: '', body });
}
