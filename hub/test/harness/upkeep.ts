// The sweep of a served hub, at a time of the test's choice: graces are waited for by moving the clock.
import { utimes } from 'node:fs/promises';
import { type Sha256 } from '@holdfast/kernel/digest';
import { openPool } from '@holdfast/platform/postgres/database';
import { GRACES, HistorySweep, Sweep, type Graces, type Swept } from '../../src/modules/upkeep/index.ts';
import { Unused } from '../../src/modules/xet/index.ts';
import { type ServedHub } from './served-hub.ts';

/** A day in milliseconds. */
export const DAY_MS = 24 * 3_600_000;

/** The sweep as it would be so many days from now. */
export function sweepIn(hub: ServedHub, days: number, graces: Partial<Graces> = {}): Sweep {
  const clock = { now: () => new Date(Date.now() + days * DAY_MS) };
  const deps = { ...hub.modules, clock, graces: { ...GRACES, ...graces } };
  return new Sweep({ ...deps, unused: new Unused(deps), histories: new HistorySweep(deps) });
}

/** What a round removes so many days from now. */
export async function sweep(hub: ServedHub, days: number): Promise<Swept> {
  return await sweepIn(hub, days).run();
}

/** The packs of the store. */
export async function listPacks(hub: ServedHub): Promise<Sha256[]> {
  const packs: Sha256[] = [];
  for await (const { sha256 } of hub.modules.store.packs.list()) packs.push(sha256);
  return packs;
}

/** Makes a pack as old as so many days. */
export async function agePack(hub: ServedHub, pack: Sha256, days: number): Promise<void> {
  const at = new Date(Date.now() - days * DAY_MS);
  await utimes(`${hub.objects}/packs/${pack.slice(0, 2)}/${pack.slice(2, 4)}/${pack}`, at, at);
}

/** Breaks rows as nothing but a broken disk or a bug can: without the checks of the database. */
export async function breakRows(
  hub: ServedHub,
  text: string,
  values: readonly unknown[] = [],
): Promise<void> {
  const options = { connections: 1, applicationName: 'test', onError: () => undefined };
  const pool = openPool(hub.database.superuser, options);
  const client = await pool.connect();
  await client.query('set session_replication_role = replica');
  await client.query(text, [...values]);
  client.release();
  await pool.end();
}
