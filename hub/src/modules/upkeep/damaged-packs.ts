// What is known of damaged packs, for those who can mend them by sending them again.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { record } from '#modules/ledger';
import { type KnownDamage } from '#modules/xet';
import { listDamagedAmong, removeDamage } from './damage-store.ts';

/** Damaged packs, as far as is known. */
export const damagedPacks: KnownDamage = {
  among: async (db: Db | Tx, packs: readonly Sha256[]) => await listDamagedAmong(db, 'pack', packs),
  mended: async (tx: Tx, pack: Sha256) => {
    if (!(await removeDamage(tx, 'pack', pack))) return;
    await record(tx, {
      kind: 'store.mended',
      subject: `pack:${pack}`,
      actor: 'system:xorbs',
      credential: '',
      body: { repos: [] },
    });
  },
};
