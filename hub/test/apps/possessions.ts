// What the ledger says of who possessed what, held against what apps themselves say: each tells the placeholder that it found, of which
// there is one for each run. And each of them reached the hub before it was seen.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type Instance } from '../harness/instance.ts';
import { openSuperuser } from '../harness/superuser.ts';

interface Row {
  readonly run: string;
  /** Its kinds of entries, each once for each secret that it is of. */
  readonly kinds: readonly string[];
}

const ENTRIES = `select body::jsonb->>'run' as run, array_agg(substr(kind, 8) order by kind) as kinds
  from ledger.entry where kind in ('secret.released', 'secret.delivered', 'secret.ended', 'secret.aborted')
  group by 1`;

/** Of a Space with so many secrets, all of whose runs are over: who saw something had it by the ledger, and all that was had ended. */
export async function judgePossessions(
  instance: Instance,
  { secrets, witnessed }: { readonly secrets: number; readonly witnessed: ReadonlySet<string> },
): Promise<number> {
  await using superuser = await openSuperuser(instance);
  // The Space is paused from the moment that it is said.
  const open = `select 1 from vault.run where ended_at is null`;
  for (let n = 0; (await superuser.pool.query(open)).rows.length > 0 && n < 150; n += 1) await delay(100);
  const { rows } = await superuser.pool.query<Row>(ENTRIES);
  const held = await superuser.pool.query<{ run: string; placeholder: string }>(
    `select run, placeholder from vault.held where placeholder is not null`,
  );
  const runs = new Map(held.rows.map(({ run, placeholder }) => [placeholder, run]));
  const byRun = new Map(rows.map(({ run, kinds }) => [run, kinds]));
  const count = (run: string, ...wanted: string[]): number =>
    byRun.get(run)?.filter((kind) => wanted.includes(kind)).length ?? 0;
  for (const run of byRun.keys()) {
    assert.equal(count(run, 'released'), secrets, `${run} was released all at once`);
    assert.equal(count(run, 'ended', 'aborted'), secrets, `what ${run} possessed has ended, once`);
  }
  for (const placeholder of witnessed) {
    const run = runs.get(placeholder);
    assert.ok(run !== undefined, `${placeholder} was of a run`);
    assert.equal(count(run, 'delivered'), secrets, `${run} had what its app saw`);
    assert.equal(count(run, 'ended'), secrets, `and until its end`);
  }
  return byRun.size;
}

/**
 * Of apps by what they told, those of which the ledger does not know that they reached the hub. Each did before it was seen; it is an
 * entry within two seconds, which a runner that is killed before takes along.
 */
export async function listUnreached(instance: Instance, witnessed: ReadonlySet<string>): Promise<string[]> {
  await using superuser = await openSuperuser(instance);
  const { rows } = await superuser.pool.query<{ placeholder: string }>(
    `select h.placeholder from vault.held h where h.placeholder is not null and exists (
        select from ledger.entry e where e.kind = 'space.contacted' and e.body::jsonb->>'run' = h.run
          and e.body::jsonb->'hosts' @> '[{"host": "hub.holdfast.internal", "port": 80}]')`,
  );
  const known = new Set(rows.map(({ placeholder }) => placeholder));
  return [...witnessed].filter((one) => !known.has(one));
}
