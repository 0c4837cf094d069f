// Every start is on the ledger, with which program and which configuration it was: an operator who swaps one of them
// leaves a trace.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance } from '../../harness/instance.ts';
import { openScratch } from '../../harness/scratch.ts';
import { openSuperuser } from '../../harness/superuser.ts';

interface StartEntry {
  readonly program: string;
  readonly configuration: string;
  readonly access: string;
}

async function startAndRead(folder: string, env: Readonly<Record<string, string>>): Promise<StartEntry[]> {
  await using instance = await startInstance({ folder, env });
  await using superuser = await openSuperuser(instance);
  const { rows } = await superuser.pool.query<{ body: string }>(
    `select body from ledger.entry where kind = 'instance.started' order by at`,
  );
  return rows.map(({ body }) => JSON.parse(body) as StartEntry);
}

void test('a start is recorded with digests of program and configuration', { timeout: 120_000 }, async () => {
  await using scratch = await openScratch('start-entries');
  const folder = path.join(scratch.path, 'hub');
  await startAndRead(folder, {});
  await startAndRead(folder, {});
  await startAndRead(folder, { HOLDFAST_ACCESS: 'anonymous' });
  const file = path.join(folder, 'data', 'config.json');
  await writeFile(file, JSON.stringify({ ledger: { keepDays: 730 } }));
  const entries = await startAndRead(folder, {});
  assert.equal(entries.length, 4);
  const [first, second, third, fourth] = entries;
  assert.match(first?.program ?? '', /^[0-9a-f]{64}$/);
  assert.match(first?.configuration ?? '', /^[0-9a-f]{64}$/);
  assert.equal(second?.program, first?.program);
  assert.equal(second?.configuration, first?.configuration);
  assert.equal(third?.program, first?.program);
  assert.notEqual(third?.configuration, first?.configuration);
  assert.notEqual(fourth?.configuration, first?.configuration, 'for how long entries are kept');
});
