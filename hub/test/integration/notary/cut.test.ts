// Cutting the oldest entries off: they are gone, what remains is shown to go on from them, and everything goes on.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { proveChains, proveConsistency, proveEntry } from '@holdfast/notary/evidence';
import { record } from '../../../src/modules/ledger/index.ts';
import { openAgedLedger, type AgedLedger } from '../../harness/aged-ledger.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { keyOf, recordEntries, runVerifier, writeExport, type Verdict } from '../../harness/ledger-files.ts';
import { openTestNotary } from '../../harness/notary.ts';

const LIMIT = { timeout: 120_000 };

async function verified(aged: AgedLedger, ...words: string[]): Promise<Verdict | undefined> {
  const file = path.join(aged.path, 'export.jsonl');
  await writeExport(aged.notary.db, aged.notary.signer, file);
  return (await runVerifier(file, '--key', keyOf(aged.notary.signer), ...words))[0];
}

async function checked(aged: AgedLedger, proof: object, ...words: string[]): Promise<string[]> {
  const file = path.join(aged.path, 'proof.json');
  await writeFile(file, JSON.stringify(proof));
  const [verdict] = await runVerifier(file, '--key', keyOf(aged.notary.signer), ...words);
  return verdict?.problems.map(({ where, what }) => `${where}: ${what}`) ?? [];
}

async function count({ superuser }: AgedLedger, table: string): Promise<number> {
  const { rows } = await superuser.query<{ n: number }>(`select count(*) as n from ${table}`);
  return rows[0]?.n ?? -1;
}

async function recordPersonal({ db }: TestDatabase): Promise<void> {
  const entry = {
    kind: 'account.created',
    subject: 'account:1',
    actor: 'operator',
    credential: '',
    body: {},
  };
  await db.transaction((tx) => record(tx, { ...entry, personal: { email: 'a@example.org' } }));
}

void test('what is younger than 30 days stays, whatever the time of its checkpoint is', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using aged = await openAgedLedger(database, 50);
  await recordPersonal(database);
  await aged.record(39, 60);
  await assert.rejects(aged.notary.cut(), { name: 'CutRefused', message: /is too young/ });
  assert.equal(await count(aged, 'ledger.entry'), 40);
  assert.equal((await aged.notary.findCheckpoint())?.cut.size, 0);
});

void test(
  'entries, leaves, personal values and checkpoints go; proofs and signatures go on',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    const { notary, folder } = aged;
    await aged.record(40, 60);
    await aged.record(30, 40);
    await recordPersonal(database);
    await aged.record(29, 0);
    const { older } = (await proveConsistency(database.db, 17, 100)) as { older: { root: string } };
    await notary.cut();
    const checkpoint = await notary.findCheckpoint();
    assert.equal(checkpoint?.cut.size, 40);
    assert.deepEqual(
      [
        await count(aged, 'ledger.entry'),
        await count(aged, 'notary.leaf'),
        await count(aged, 'ledger.personal'),
      ],
      [60, 60, 1],
    );
    const verdict = await verified(aged);
    assert.deepEqual(verdict?.problems, []);
    assert.equal(verdict.entries, 100);

    await assert.rejects(proveEntry(database.db, '39'), /no entry 39/);
    assert.deepEqual(await checked(aged, await proveEntry(database.db, '40')), []);
    const chains = await proveChains(database.db, 'token:3');
    assert.deepEqual(await checked(aged, chains), []);
    assert.equal((chains['chains'] as { entries: object[] }[])[0]?.entries.length, 12);
    assert.deepEqual(await checked(aged, await proveChains(database.db, 'token:nobody')), []);
    const consistent = await proveConsistency(database.db, 17, 100);
    assert.deepEqual(await checked(aged, consistent, '--signed', `17:${older.root}`), []);

    await recordEntries(database, 25);
    await notary.round();
    await using again = await openTestNotary(database.notary, { folder, keepDays: 30 });
    assert.equal(again.opened.sealed, undefined);
    await again.cut();
    assert.equal((await again.findCheckpoint())?.cut.size, 70);
    await recordEntries(database, 5);
    // The first one finds out that the other one has cut.
    const stop = new AbortController();
    const running = notary.opened.notary?.run(stop.signal);
    while ((await notary.findCheckpoint())?.size !== 130)
      await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    assert.equal(await running, undefined);
    assert.equal((await notary.findCheckpoint())?.cut.size, 70);
    assert.deepEqual((await verified(aged))?.problems, []);
  },
);

void test(
  'an export from behind a cut is held against what was signed before it, and tells of whom nothing was recorded',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    await aged.record(300, 60);
    const older = await aged.notary.findCheckpoint();
    await aged.record(400, 60);
    await aged.record(20, 0);
    const { older: inner } = (await proveConsistency(database.db, 257, 720)) as { older: { root: string } };
    await aged.notary.cut();
    assert.equal((await aged.notary.findCheckpoint())?.cut.size, 700);
    const problems = async (signed: string): Promise<string[] | undefined> =>
      (await verified(aged, '--signed', signed))?.problems.map(({ what }) => what);
    const root = older?.root.toString('base64') ?? '';
    assert.deepEqual(await problems(`300:${root}`), []);
    assert.deepEqual(await problems(`257:${inner.root}`), []);
    assert.deepEqual(await problems(`299:${root}`), ['has others than the 299 signed']);
    assert.deepEqual(await problems(`257:${root}`), ['has others than the 257 signed']);
    // Of what was cut off the count is left, and of whom there was nothing there is nothing.
    assert.match((await verified(aged, '--name', 'token:3'))?.shows ?? '', /for token:3: 144 to, 144 by$/);
    assert.match((await verified(aged, '--name', 'token:9'))?.shows ?? '', /for token:9: 0 to, 0 by$/);
  },
);

void test('everything may be old, and a notary that ended in between goes on', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using aged = await openAgedLedger(database, 30);
  const { notary, folder } = aged;
  await aged.record(33, 60);
  const file = path.join(folder, 'last-signed.json');
  const before = await readFile(file, 'utf8');
  await notary.cut();
  assert.equal(await count(aged, 'ledger.entry'), 0);
  assert.deepEqual((await verified(aged))?.problems, []);
  // As it is when the cut has just been made, and as it is just before.
  const after = JSON.parse(await readFile(file, 'utf8')) as { cuts: object[] };
  const announced = { ...after, cuts: [...(JSON.parse(before) as { cuts: object[] }).cuts, ...after.cuts] };
  await writeFile(file, JSON.stringify(announced));
  await using again = await openTestNotary(database.notary, { folder });
  assert.equal(again.opened.sealed, undefined);
  await recordEntries(database, 12);
  await again.round();
  assert.equal((await again.findCheckpoint())?.size, 45);
  assert.deepEqual((await verified(aged))?.problems, []);
});

void test(
  'behind a cut a run of the vault that begins with the first number seen is counted',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    await aged.record(5, 60);
    await aged.record(5, 0);
    await aged.notary.cut();
    // The test's role stands in for the vault's.
    const allowed = `select distinct role, 'secret.%' from ledger.allowed_kind where role::text like '%hub%'`;
    await aged.superuser.query(`insert into ledger.allowed_kind (role, kind) ${allowed}`);
    // The vault ended between act 5 and its end: the next run goes on from there, and says that one of its acts is missing.
    for (const journal of [
      { of: 'a', n: 5, after: 0, recorded: 3 },
      { of: 'a', n: 7, after: 5, recorded: 1 },
    ]) {
      const entry = { kind: 'secret.set', subject: 'secret:1', actor: 'user:1', credential: '' };
      await database.db.transaction((tx) => record(tx, { ...entry, body: { journal } }));
    }
    await aged.notary.round();
    const problems = (await verified(aged))?.problems.map(({ what }) => what);
    assert.equal(problems?.length, 1, JSON.stringify(problems));
    assert.match(problems[0] ?? '', /^lacks acts of the vault: number 7 /);
  },
);
