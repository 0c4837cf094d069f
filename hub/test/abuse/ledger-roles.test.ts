// Each edit of the ledger's rows as each role of the database, while the rules stand: it is refused, or the notary stops and says
// why, or the verifier names it in an export. What is none of these changes nothing that anybody checks.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { proveEntry } from '@holdfast/notary/evidence';
import { openPool } from '@holdfast/platform/postgres/database';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { keyOf, recordEntries, runVerifier, writeExport } from '../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary, type TestNotary } from '../harness/notary.ts';

const LIMIT = { timeout: 120_000 };
const ROLES = ['address', 'vault', 'notary', 'owner', 'superuser'] as const;
type Role = (typeof ROLES)[number];

const REFUSED = /permission denied|must be owner|append-only|may not record/;

/** The ledger's own rows: to no role at all, as long as the rules stand. */
const ENTRIES: readonly string[] = [
  `update ledger.entry set body = '{}'`,
  `update ledger.entry set at = at - interval '1 year'`,
  `update ledger.entry set n = n + 100`,
  'delete from ledger.entry',
  'delete from ledger.entry where n = 20',
  'truncate ledger.entry cascade',
  `insert into ledger.entry (writer, lane, n, previous, at, xid, kind, subject, subject_n, subject_previous, actor,
     credential, body, hash) select 'somebody', 0, 1, previous, at, xid, kind, subject, 0, subject_previous, actor,
     credential, body, repeat('a', 64) from ledger.entry limit 1`,
  'update ledger.lane set n = 0',
  'update ledger.lane set n = n - 1 where n > 0',
  'update ledger.lane set n = n + 5 where n > 0',
  `update ledger.lane set head = repeat('0', 64) where n > 0`,
  `update ledger.lane set previous = repeat('0', 64) where n > 0`,
  `update ledger.lane set n = n + 1, previous = repeat('1', 64) where n > 0`,
  `update ledger.lane set writer = 'somebody' where n > 0`,
  `update ledger.lane set lane = lane + 100, n = n + 1, previous = head`,
  `insert into ledger.lane (writer, lane, n, head, kinds) values ('somebody', 0, 100, repeat('0', 64), '{%}')`,
  'delete from ledger.lane',
  'truncate ledger.lane',
  'update ledger.subject_head set n = 0',
  `update ledger.subject_head set head = repeat('0', 64)`,
  `update ledger.subject_head set subject = 'token:ffffffffffffffffffffffff', n = n + 1`,
  `insert into ledger.subject_head values ('token:ffffffffffffffffffffffff', 50, repeat('0', 64))`,
  'delete from ledger.subject_head',
];

/** What the notary keeps, and what comes of it where a role may write there: the notary's, and who can do what it can. */
const ORDER: readonly (readonly [edit: string, comes: RegExp])[] = [
  ['update notary.tree set size = 0', /^stopped: the database has a tree of 0, and 20 were expected/],
  ['update notary.tree set size = size + 1', /^stopped: the database has a tree of 21, and 20 were expected/],
  [`update notary.tree set root = sha256('')`, /^stopped: the database has a tree of 20/],
  [`update notary.tree set heads = sha256('')`, /^stopped: the database has a tree of 20/],
  ['delete from notary.tree', /^stopped: the row of the tree is not there/],
  [`insert into notary.checkpoint values (0, 1, 'x')`, /^found: a checkpoint: is not signed by the key/],
  [`update notary.checkpoint set note = 'x'`, /^found: .*is not signed by the key/],
  ['update notary.checkpoint set size = 1', /^found: checkpoint 20: stands after 1 entries/],
  ['delete from notary.checkpoint', /^refused/],
  ['update notary.leaf set index = index + 1000', /^found: the file: ends before the 20 that were signed/],
  ['update notary.leaf set n = n + 1000', /^found: entry 0: was deleted/],
  ['delete from notary.leaf', /^refused/],
  ['delete from notary.leaf where index = 19', /^refused/],
  [
    'update notary.lane set n = 0',
    /^stopped: duplicate key value violates unique constraint "leaf_writer_lane_n_key"/,
  ],
  ['update notary.lane set n = n + 1', /^found: .*number 21 of lane \d+ of \S+: is not in the tree/s],
  ['update notary.head set n = n + 1', /^stopped: the database has other heads of chains than were signed/],
  [`update notary.head set digest = sha256('')`, /^stopped: the database has other heads of chains/],
  ['delete from notary.head', /^stopped: the database has other heads of chains/],
  [
    `update notary.writer set name = 'somebody'`,
    /^found: entry 0: was deleted: number 1 of lane \d+ of somebody/,
  ],
  [`insert into notary.cut values (true, 10, ''::bytea, 'x')`, /^stopped: the database has another cut/],
  // What is computed anew from what is signed.
  [`update notary.lane set head = repeat('0', 64)`, /^nothing$/],
  [`update notary.bucket set hash = sha256('')`, /^nothing$/],
  [`update notary.tile set hashes = decode(repeat('00', 32), 'hex')`, /^nothing$/],
  ['delete from notary.tile', /^nothing$/],
];

async function tryAs(database: TestDatabase, role: Role, edit: string): Promise<Error | undefined> {
  const options = { connections: 1, applicationName: 'test', onError: () => undefined };
  const pool = openPool(database[role], options);
  try {
    await pool.query(edit);
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    await pool.end();
  }
}

async function problemOf(work: Promise<unknown>): Promise<string | undefined> {
  return await work.then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
}

/** What was signed last, as `./holdfast ledger verify` takes it from the notary's own folder. */
async function signedBy(notary: TestNotary): Promise<string> {
  const last = await notary.findCheckpoint();
  assert.ok(last);
  return `${last.size}:${last.root.toString('base64')}`;
}

/** What the verifier says of an export as the database is now; nothing where it is content. */
async function problemsIn(notary: TestNotary, file: string, signed: string): Promise<string | undefined> {
  await writeExport(notary.db, notary.signer, file);
  const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer), '--signed', signed);
  assert.ok(verdict);
  return verdict.ok ? undefined : verdict.problems.map(({ where, what }) => `${where}: ${what}`).join('\n');
}

/** All of these are refused. One ledger is enough for it: what was refused changed nothing, as the verifier and the notary agree. */
async function refuseAll(role: Role, edits: readonly string[]): Promise<void> {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordEntries(database, 20);
  await notary.round();
  for (const edit of edits)
    assert.match((await tryAs(database, role, edit))?.message ?? 'done', REFUSED, edit);
  const file = path.join(own.path, 'export.jsonl');
  assert.equal(await problemsIn(notary, file, await signedBy(notary)), undefined);
  await recordEntries(database, 5);
  await notary.round();
  assert.equal(await problemsIn(notary, file, await signedBy(notary)), undefined);
}

/** What comes of an edit: from the database, from the notary's next round, or from the verifier before and after it. */
async function outcomeOf(role: Role, edit: string): Promise<string> {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordEntries(database, 20);
  await notary.round();
  const signed = await signedBy(notary);
  const refusal = await tryAs(database, role, edit);
  if (refusal !== undefined) {
    assert.match(refusal.message, REFUSED, edit);
    return 'refused';
  }
  const [before, after] = [path.join(own.path, 'before.jsonl'), path.join(own.path, 'after.jsonl')];
  const atOnce = await problemsIn(notary, before, signed);
  const recorded = await problemOf(recordEntries(database, 5));
  const stopped = recorded ?? (await problemOf(notary.round()));
  if (stopped !== undefined) return `stopped: ${stopped}`;
  const later = atOnce ?? (await problemsIn(notary, after, await signedBy(notary)));
  if (later !== undefined) return `found: ${later}`;
  const compared = await runVerifier('--compare', before, after, '--key', keyOf(notary.signer));
  const told = compared.map(({ ok, entries }) => `${ok} ${entries}`);
  assert.deepEqual(told.slice(0, 2), ['true 20', 'true 25']);
  assert.ok(compared.every(({ ok }) => ok));
  return 'nothing';
}

for (const role of ROLES)
  void test(`the ledger’s rows are edited by nobody while the rules stand: ${role}`, LIMIT, async () => {
    await refuseAll(role, ENTRIES);
  });

for (const role of ['address', 'vault'] as const)
  void test(`the notary’s rows are edited by no other process: ${role}`, LIMIT, async () => {
    const edits = ORDER.map(([edit]) => edit);
    await refuseAll(role, edits);
  });

for (const role of ['notary', 'owner', 'superuser'] as const)
  void test(
    `what the ${role} makes of the notary’s rows is refused, stops the notary, or is found`,
    LIMIT,
    async () => {
      const others: string[] = [];
      for (const [edit, comes] of ORDER) {
        const outcome = await outcomeOf(role, edit);
        // The notary's grants are no wider than its work.
        const isRefused = role === 'notary' && outcome === 'refused';
        if (!comes.test(outcome) && !isRefused) others.push(`${edit}: ${outcome}`);
      }
      assert.deepEqual(others, []);
    },
  );

void test(
  'a full tile that was edited proves nothing: the verifier refuses what is proved by it',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    await recordEntries(database, 300);
    await notary.round();
    const zeros = `decode(repeat('00', 8192), 'hex')`;
    const edit = `update notary.tile set hashes = ${zeros} where level = 0 and index = 0`;
    assert.equal(await tryAs(database, 'owner', edit), undefined);
    const file = path.join(own.path, 'export.jsonl');
    const signed = await signedBy(notary);
    assert.equal(await problemsIn(notary, file, signed), undefined, 'an export is computed from entries');
    await writeFile(file, JSON.stringify(await proveEntry(notary.db, '7')));
    const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer));
    assert.equal(verdict?.ok, false);
  },
);
