// How much the vault keeps, for the operator.
import { type ToOperator } from './frames.ts';
import { type Ground } from './ground.ts';
import { RunReader } from './run-store.ts';
import { SecretReader } from './secret-store.ts';

/** Counts it; `null` while the database is away, where the vault answers for itself all the same. */
export async function countKept({
  db,
  instance,
  log,
}: Pick<Ground, 'db' | 'instance' | 'log'>): Promise<Extract<ToOperator, { type: 'status' }>['kept']> {
  try {
    const { spaces, secrets } = await new SecretReader(db).count();
    return { spaces, secrets, runs: (await new RunReader(db).listOpen(instance)).length };
  } catch (err) {
    log.warn({ err }, 'the database is away: what is kept cannot be counted');
    return null;
  }
}
