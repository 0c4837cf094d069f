// Where checkpoints go, what is kept beside the key, and how far the notary is behind.
import assert from 'node:assert/strict';
import { readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '@holdfast/kernel/clock';
import { openOwnFolder } from '@holdfast/notary/own-folder';
import { Places } from '@holdfast/notary/places';
import { openLog } from '@holdfast/platform/log';
import { LedgerLag } from '../../../src/modules/ledger/index.ts';
import { CheckpointEndpoint } from '../../harness/checkpoint-endpoint.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { recordEntries } from '../../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary } from '../../harness/notary.ts';

const LIMIT = { timeout: 60_000 };

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    assert.ok(Date.now() - began < 20_000, 'in time');
    await delay(20);
  }
}

void test(
  'each place gets the newest checkpoint, again after a failure, and nobody waits for it',
  LIMIT,
  async () => {
    await using own = await openNotaryFolder();
    await using endpoint = await CheckpointEndpoint.open();
    endpoint.statuses = [500, 302, 200];
    const lines: string[] = [];
    const log = openLog('test', { write: (line) => void lines.push(line) });
    const file = path.join(own.path, 'checkpoint');
    await using places = new Places({ file, url: endpoint.url }, await openOwnFolder(own.path), log);
    places.openEndpoint();
    for (let n = 1; n <= 50; n += 1) places.offer(`note ${n}\n`);
    assert.deepEqual(endpoint.got, [], 'they only were handed over');
    await until(() => endpoint.got.some(({ status }) => status === 200));
    assert.deepEqual(endpoint.got.at(-1), { body: 'POST note 50\n', status: 200 });
    assert.equal(endpoint.got.length, 3, 'a redirect is not followed');
    await until(async () => (await readFile(file, 'utf8')) === 'note 50\n');
    assert.equal(lines.filter((line) => line.includes('the endpoint for checkpoints')).length, 2);
  },
);

void test('a checkpoint is handed over before the process ends', LIMIT, async () => {
  await using own = await openNotaryFolder();
  await using endpoint = await CheckpointEndpoint.open();
  const log = openLog('test', { write: () => undefined });
  {
    await using places = new Places({ file: null, url: endpoint.url }, await openOwnFolder(own.path), log);
    places.openEndpoint();
    places.offer('first\n');
    await until(() => endpoint.got.length === 1);
    places.offer('last\n');
  }
  assert.equal(endpoint.got.at(-1)?.body, 'POST last\n');
});

void test('the key is made once, closed to others, and no other one takes its place', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  {
    await using notary = await openTestNotary(database.notary, own);
    const both = await Promise.all([openOwnFolder(own.folder), openOwnFolder(own.folder)]);
    assert.deepEqual(new Set(both.map(({ signer }) => signer.name)), new Set([notary.signer.name]));
    await recordEntries(database, 1);
    await notary.round();
  }
  for (const name of ['signing.key', 'last-signed.json'])
    assert.equal((await stat(path.join(own.folder, name))).mode & 0o777, 0o600, name);
  await rm(path.join(own.folder, 'signing.key'));
  await assert.rejects(openOwnFolder(own.folder), /signing key of the ledger .* is missing/);
});

void test('LedgerLag tells how long the oldest entry waits', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  const lag = new LedgerLag({ db: database.db, clock: systemClock });
  await lag.read();
  assert.deepEqual([lag.seconds, lag.ordered], [0, 0]);
  await recordEntries(database, 3);
  await delay(300);
  await lag.read();
  assert.ok(lag.seconds >= 0.25 && lag.seconds < 20, String(lag.seconds));
  await notary.round();
  await lag.read();
  assert.deepEqual([lag.seconds, lag.ordered], [0, 3]);
});
