// A cut as a way to make entries disappear: by who rules the database, by who takes the notary's role over, and by who hands
// out an export or a proof.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { exportLedger, proveChains } from '@holdfast/notary/evidence';
import { signNote } from '@holdfast/notary/note';
import { openPool } from '@holdfast/platform/postgres/database';
import { openAgedLedger, type AgedLedger } from '../harness/aged-ledger.ts';
import { openTestDatabase } from '../harness/database.ts';
import { keyOf, recordEntries, runVerifier, writeExport } from '../harness/ledger-files.ts';
import { openTestNotary } from '../harness/notary.ts';

const LIMIT = { timeout: 120_000 };
const ZEROS = Buffer.alloc(32).toString('base64');

async function exportTo(aged: AgedLedger, name: string): Promise<string[]> {
  const file = path.join(aged.path, name);
  await writeExport(aged.notary.db, aged.notary.signer, file);
  return (await readFile(file, 'utf8')).trim().split('\n');
}

async function problemsOf(aged: AgedLedger, lines: readonly string[]): Promise<string> {
  const file = path.join(aged.path, 'checked.jsonl');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  const [verdict] = await runVerifier(file, '--key', keyOf(aged.notary.signer));
  return (verdict?.problems ?? []).map(({ where, what }) => `${where}: ${what}`).join('\n');
}

async function countEntries({ superuser }: AgedLedger): Promise<number> {
  const { rows } = await superuser.query<{ n: number }>('select count(*) as n from ledger.entry');
  return rows[0]?.n ?? -1;
}

void test('entries that the superuser deleted do not pass for cut off', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using aged = await openAgedLedger(database, 50);
  const { notary, superuser, folder } = aged;
  await aged.record(20, 60);
  await aged.record(20, 40);
  await aged.record(20, 0);
  const before = await notary.findCheckpoint();
  await superuser.query('set session_replication_role = replica');
  await superuser.query(
    `insert into notary.cut (size, lanes, note) select size, sha256('x'), note from notary.checkpoint where size = 20`,
  );
  await superuser.query('delete from ledger.entry where n <= 20');
  await superuser.query('delete from notary.leaf where index < 20');
  await recordEntries(database, 3);
  const stop = new AbortController();
  const ended = notary.opened.notary?.run(stop.signal);
  const said = await Promise.race([ended, delay(10_000, 'it went on' as const)]);
  stop.abort();
  await ended;
  assert.equal(typeof said === 'string' ? said : said?.why, 'changed');
  assert.deepEqual(await notary.findCheckpoint(), before, 'nothing was signed over it');
  await using next = await openTestNotary(database.notary, { folder, keepDays: 50 });
  assert.equal(next.opened.sealed?.why, 'changed');
  assert.match(
    await problemsOf(aged, await exportTo(aged, 'export.jsonl')),
    /is cut at 20, and 0 was signed/,
  );
});

for (const [name, statement] of [
  ['an edited entry', `update ledger.entry set body = '{"x":1}' where n = 7`],
  ['a deleted entry', 'delete from ledger.entry where n = 7'],
  [
    'an entry with a digest computed anew',
    `update ledger.entry e set actor = 'user:2',
       hash = ledger.hash_entry(row(writer, lane, n, previous, at, xid, kind, subject, subject_n, subject_previous,
         'user:2', credential, body, hash)::ledger.entry) where n = 7`,
  ],
  ['another head at the cut', `update notary.cut_head set n = n + 1`],
] as const)
  void test(`what is left of a forgery is not cut off: ${name}`, LIMIT, async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    await aged.record(20, 60);
    if (name.startsWith('another head')) await aged.notary.cut();
    await aged.record(20, 59);
    await aged.record(5, 0);
    await aged.superuser.query('set session_replication_role = replica');
    await aged.superuser.query(statement);
    const left = await countEntries(aged);
    await assert.rejects(aged.notary.cut(), { name: 'CutRefused' });
    assert.equal(await countEntries(aged), left);
  });

void test('who rules the database has the notary cut nothing off that is young', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using aged = await openAgedLedger(database, 50);
  const { notary, superuser } = aged;
  await aged.record(20, 60);
  await aged.record(20, 0);
  for (const table of ['ledger.entry', 'notary.leaf', 'notary.checkpoint'])
    await superuser.query(`alter table ${table} disable trigger keep_uncut`);
  // The newest checkpoint as the oldest, and then in its place.
  await superuser.query('update notary.checkpoint set minute = 1 where size = 40');
  await assert.rejects(notary.cut(), {
    name: 'CutRefused',
    message: /stands among those that are to be cut/,
  });
  await superuser.query('delete from notary.checkpoint where size = 20');
  await assert.rejects(notary.cut(), { name: 'CutRefused' });
  assert.equal(await countEntries(aged), 40);
  await recordEntries(database, 1);
  await notary.round();
  assert.equal((await notary.findCheckpoint())?.cut.size, 0, 'nothing was signed away');
});

void test('a verifier lets no cut pass whose checkpoint was young', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using aged = await openAgedLedger(database, 50);
  await aged.record(20, 60);
  await aged.record(20, 0);
  await aged.notary.cut();
  const lines = await exportTo(aged, 'cut.jsonl');
  const proof = await proveChains(database.db, 'token:3');
  assert.equal(await problemsOf(aged, lines), '');
  // As a notary says it whose checks are another's: the checkpoint of the cut is an hour old.
  const young = (note: unknown): string => {
    const [text = ''] = String(note).split('\n\n');
    const time = new Date(Date.now() - 3_600_000).toISOString();
    return signNote(`${text.replace(/^time .*$/m, `time ${time}`)}\n`, aged.notary.signer);
  };
  const at = lines.findIndex((line) => line.includes('"type":"checkpoint"'));
  const { note } = JSON.parse(lines[at] ?? '') as { note: string };
  const forged = lines.with(at, JSON.stringify({ type: 'checkpoint', note: young(note) }));
  assert.match(await problemsOf(aged, forged), /^the file: cuts off what is younger than 30 days$/m);
  assert.equal(await problemsOf(aged, [JSON.stringify(proof)]), '');
  const cut = JSON.stringify({ ...proof, cut: young(proof['cut']) });
  assert.match(await problemsOf(aged, [cut]), /^proof: cuts off what is younger than 30 days$/m);
});

void test(
  'an export that meets a cut says so in its last line, and does not pass for whole',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    await aged.record(1_100, 60);
    await aged.record(5, 0);
    const lines: Readonly<Record<string, unknown>>[] = [];
    for await (const line of exportLedger(aged.notary.db)) {
      // The first thousand are read by now.
      if (lines.length === 0) await aged.notary.cut();
      lines.push(line);
    }
    const { type, code, message } = lines.at(-1) ?? {};
    assert.deepEqual([type, code], ['stopped', 'ledger.cut-meanwhile']);
    assert.match(String(message), /cut off while they were read/);
    const head = { type: 'holdfast-ledger-export', version: 1, key: keyOf(aged.notary.signer) };
    const texts = [head, ...lines].map((line) => JSON.stringify(line));
    assert.match(await problemsOf(aged, texts), /the file: was cut off/);
    assert.match((await exportTo(aged, 'export.jsonl')).at(-1) ?? '', /"end"/, 'the next one is whole');
  },
);

void test(
  'the notary’s role deletes nothing that is not below the cut, or that is young',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    await aged.record(10, 60);
    await aged.record(10, 0);
    const pool = openPool(database.notary, {
      connections: 1,
      applicationName: 'test',
      onError: () => undefined,
    });
    try {
      for (const table of ['ledger.entry', 'notary.leaf', 'notary.checkpoint'])
        await assert.rejects(pool.query(`delete from ${table}`), /append-only/, table);
      await pool.query(`insert into notary.cut (size, lanes, note) values (1000000, sha256('x'), '')`);
      await assert.rejects(pool.query('delete from ledger.entry'), /append-only/);
      await assert.rejects(pool.query('truncate ledger.entry'), /permission denied/);
    } finally {
      await pool.end();
    }
    assert.equal(await countEntries(aged), 20);
  },
);

void test('an export that begins at a cut holds only with all of what was there', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using aged = await openAgedLedger(database, 50);
  await aged.record(33, 60);
  await aged.record(30, 40);
  await aged.record(10, 0);
  const whole = await exportTo(aged, 'whole.jsonl');
  await aged.notary.cut();
  const lines = await exportTo(aged, 'cut.jsonl');
  assert.equal(await problemsOf(aged, lines), '');
  const at = (type: string): number => lines.findIndex((line) => line.includes(`"type":"${type}"`));
  for (const type of ['tile', 'cut', 'lane', 'head', 'entry']) {
    assert.notEqual(at(type), -1, type);
    assert.notEqual(await problemsOf(aged, lines.toSpliced(at(type), 1)), '', `without a ${type}`);
  }
  const changed = (type: string, change: (line: Record<string, unknown>) => object): string[] =>
    lines.with(
      at(type),
      JSON.stringify(change(JSON.parse(lines[at(type)] ?? '') as Record<string, unknown>)),
    );
  for (const [name, forged] of Object.entries({
    size: changed('cut', (line) => ({ ...line, size: 32 })),
    leaf: changed('tile', (line) => ({ ...line, hashes: Buffer.alloc(33 * 32, 7).toString('base64') })),
    'a leaf more': changed('tile', (line) => ({ ...line, hashes: `${String(line['hashes'])}${ZEROS}` })),
    'leaves late': lines.toSpliced(at('entry') + 1, 0, lines[at('tile')] ?? ''),
    lane: changed('lane', (line) => ({ ...line, n: Number(line['n']) - 1 })),
    'another lane': lines.toSpliced(
      at('lane'),
      0,
      JSON.stringify({ type: 'lane', writer: 'x', lane: 1, n: 2, hash: '' }),
    ),
    head: changed('head', (line) => ({ ...line, n: Number(line['n']) - 1 })),
    late: lines.toSpliced(at('entry') + 1, 0, lines[at('head')] ?? ''),
    twice: lines.toSpliced(at('entry'), 0, lines[at('cut')] ?? ''),
  }))
    assert.notEqual(await problemsOf(aged, forged), '', name);
  // An entry that is there, shown as its leaf alone, as if it had been cut off.
  const { rows } = await aged.superuser.query<{ hashes: Buffer }>(
    'select hashes from notary.tile where level = 0',
  );
  const hashes = rows[0]?.hashes.subarray(0, 34 * 32).toString('base64');
  const hidden = changed('tile', (line) => ({ ...line, hashes })).toSpliced(at('entry'), 1);
  assert.match(await problemsOf(aged, hidden), /has a cut in the midst/);
  // The checkpoint that was signed for the same tree before it was cut.
  const older = whole.findLast((line) => line.includes('"type":"checkpoint"')) ?? '';
  const newest = lines.findLastIndex((line) => line.includes('"type":"checkpoint"'));
  assert.match(await problemsOf(aged, lines.with(newest, older)), /is cut at 33, and 0 was signed/);
});

void test(
  'a proof of a chain that was cut shows all that remains, and how much was cut off',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using aged = await openAgedLedger(database, 50);
    await aged.record(50, 60);
    await aged.record(50, 40);
    const { note: uncut } = await proveChains(database.db, 'token:3');
    await aged.record(50, 0);
    await aged.notary.cut();
    const proof = await proveChains(database.db, 'token:3');
    const check = async (forged: object): Promise<string> => await problemsOf(aged, [JSON.stringify(forged)]);
    assert.equal(await check(proof), '');
    const chains = proof['chains'] as Record<string, unknown>[];
    const [to = {}, by = {}] = chains;
    const others = (await proveChains(database.db, 'token:4'))['chains'] as Record<string, unknown>[];
    for (const [name, forged] of Object.entries({
      'an entry less': { ...proof, chains: [{ ...to, entries: (to['entries'] as object[]).slice(1) }, by] },
      'no head at the cut': { ...proof, chains: [{ ...to, start: null }, by] },
      'the head of another chain': { ...proof, chains: [{ ...to, start: others[0]?.['start'] }, by] },
      'the newest head as that at the cut': {
        ...proof,
        chains: [{ ...to, start: { end: to['end'], beside: to['beside'] }, entries: [] }, by],
      },
      'no cut': { ...proof, cut: null },
      'another checkpoint for the cut': { ...proof, cut: uncut },
      'the newest checkpoint for the cut': { ...proof, cut: proof['note'] },
    }))
      assert.notEqual(await check(forged), '', name);
  },
);
