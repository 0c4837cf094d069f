// Rows of the ledger edited, deleted, put in, swapped and dated back, by those who can lift the rules against it: the owner of
// the schema and the superuser. The verifier finds each. What the rules refuse, and to whom, is in `ledger-roles`.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { type Pool } from 'pg';
import { signCheckpoint } from '@holdfast/notary/checkpoint';
import { openPool } from '@holdfast/platform/postgres/database';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { keyOf, recordEntries, runVerifier, writeExport, type Verdict } from '../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary } from '../harness/notary.ts';

const LIMIT = { timeout: 60_000 };
const HUB = 'holdfast_hub_test';

/** Who can switch triggers off. */
type Lifter = 'owner' | 'superuser';

async function asRole(
  database: TestDatabase,
  role: Lifter,
  work: (pool: Pool) => Promise<void>,
): Promise<void> {
  const pool = openPool(database[role], {
    connections: 1,
    applicationName: 'test',
    onError: () => undefined,
  });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

/** An entry that continues a lane as the trigger would have made it, but at another time. */
const CHAINED = `
  with lane as (select * from ledger.lane where writer = '${HUB}' and n > 0),
  made as (
    insert into ledger.entry (writer, lane, n, previous, at, xid, kind, subject, subject_n, subject_previous, actor,
      credential, body, hash)
    select (e).writer, (e).lane, (e).n, (e).previous, (e).at, (e).xid, (e).kind, (e).subject, 0, (e).subject_previous,
      (e).actor, (e).credential, (e).body, ledger.hash_entry(e)
    from (select row(writer, lane, n + 1, head, now() - interval '1 year', pg_current_xact_id(), 'repo.created',
      'repo:1', 0, repeat('0', 64), 'user:1', '', '{}', '')::ledger.entry as e from lane) one
    returning n, hash)
  update ledger.lane l set n = made.n, head = made.hash from made where l.writer = '${HUB}' and l.n > 0`;

interface Attack {
  readonly name: string;
  /** What is done once the triggers are off. */
  readonly statements: readonly string[];
  readonly when: 'before ordering' | 'after ordering';
  /** What the verifier must say. */
  readonly found: RegExp;
}

const ATTACKS: readonly Attack[] = [
  {
    name: 'an edited entry',
    statements: [`update ledger.entry set body = '{"x":1}' where n = 7`],
    when: 'after ordering',
    found: /was altered/,
  },
  {
    name: 'an edited entry with its digest computed anew',
    statements: [
      `update ledger.entry set actor = 'user:2' where n = 7`,
      `update ledger.entry e set hash = ledger.hash_entry(e) where n = 7`,
    ],
    when: 'after ordering',
    found: /does not continue its lane.*is of other entries/s,
  },
  {
    name: 'every chain computed anew behind an edited entry, heads included',
    statements: [
      `update ledger.entry set actor = 'user:2' where n = 20`,
      `update ledger.entry e set hash = ledger.hash_entry(e) where n = 20`,
      `update ledger.lane l set head = e.hash from ledger.entry e where l.n = 20 and e.n = 20`,
    ],
    when: 'after ordering',
    found: /is of other entries/,
  },
  {
    name: 'another transaction number',
    statements: [`update ledger.entry set xid = '1' where n = 7`],
    when: 'after ordering',
    found: /is of other entries/,
  },
  {
    name: 'a deleted entry',
    statements: [`delete from ledger.entry where n = 7`],
    when: 'after ordering',
    found: /was deleted: number 7 of lane \d+ /,
  },
  {
    name: 'a deleted entry whose leaf is deleted, too',
    statements: [`delete from ledger.entry where n = 7`, 'delete from notary.leaf where n = 7'],
    when: 'after ordering',
    found: /stands where entry 7 is said to be/,
  },
  {
    name: 'two entries in each other’s place',
    statements: [
      `update notary.leaf set index = -1 where index = 6`,
      'update notary.leaf set index = 6 where index = 7',
      'update notary.leaf set index = 7 where index = -1',
    ],
    when: 'after ordering',
    found: /some were deleted.*is of other entries/s,
  },
  {
    name: 'the last entries cut off with their leaves',
    statements: ['delete from ledger.entry where n > 15', 'delete from notary.leaf where n > 15'],
    when: 'after ordering',
    found: /stands after 15 entries|goes on after/,
  },
  {
    name: 'an entry deleted before it was ordered',
    statements: [`delete from ledger.entry where n = 7`],
    when: 'before ordering',
    found: /number 8 of its lane, after 6: some were deleted/,
  },
  {
    name: 'an entry edited before it was ordered',
    statements: [
      `update ledger.entry set actor = 'user:2' where n = 7`,
      `update ledger.entry e set hash = ledger.hash_entry(e) where n = 7`,
    ],
    when: 'before ordering',
    found: /does not continue its lane/,
  },
  {
    name: 'an entry that was put in for a writer that is none',
    statements: [
      `insert into ledger.entry select 'somebody', 0, 1, previous, at, xid, kind, subject, 0, subject_previous, actor,
         credential, body, repeat('a', 64) from ledger.entry where n = 3`,
    ],
    when: 'after ordering',
    found: /it was put in/,
  },
  {
    name: 'an entry dated back by a year',
    statements: [CHAINED],
    when: 'after ordering',
    found: /says .* and the one before it/,
  },
];

async function attacked(attack: Attack, role: Lifter): Promise<Verdict> {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordEntries(database, 20);
  if (attack.when === 'after ordering') await notary.round();
  // Those that hold references are the superuser's alone to switch off.
  const which = role === 'owner' ? 'user' : 'all';
  await asRole(database, role, async (pool) => {
    for (const table of ['ledger.entry', 'ledger.lane', 'notary.leaf'])
      await pool.query(`alter table ${table} disable trigger ${which}`);
    for (const statement of attack.statements) await pool.query(statement);
    await pool.query(`alter table ledger.entry enable trigger ${which}`);
  });
  await notary.round();
  await recordEntries(database, 5);
  await notary.round();
  const file = path.join(own.path, 'export.jsonl');
  await writeExport(notary.db, notary.signer, file);
  const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer));
  assert.ok(verdict !== undefined);
  return verdict;
}

void test('the verifier accepts a ledger that nobody touched', LIMIT, async () => {
  for (const role of ['owner', 'superuser'] as const) {
    const verdict = await attacked({ name: '', statements: [], when: 'after ordering', found: /^$/ }, role);
    assert.deepEqual(verdict.problems, []);
    assert.equal(verdict.entries, 25);
  }
});

for (const role of ['owner', 'superuser'] as const)
  for (const attack of ATTACKS)
    void test(`the verifier finds ${attack.name}, by the ${role}`, LIMIT, async () => {
      const { ok, problems } = await attacked(attack, role);
      assert.ok(!ok);
      assert.match(problems.map(({ where, what }) => `${where}: ${what}`).join('\n'), attack.found);
    });

void test(
  'the verifier finds a checkpoint, signed with the real key, over heads of other chains',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    await recordEntries(database, 20);
    await notary.round();
    const checkpoint = await notary.findCheckpoint();
    assert.ok(checkpoint !== undefined);
    const note = signCheckpoint({ ...checkpoint, heads: Buffer.alloc(32, 1) }, notary.signer);
    await asRole(database, 'superuser', async (pool) => {
      await pool.query('update notary.checkpoint set note = $1', [note]);
    });
    const file = path.join(own.path, 'export.jsonl');
    await writeExport(notary.db, notary.signer, file);
    const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer));
    assert.deepEqual(
      verdict?.problems.map(({ what }) => what),
      ['has chains of other heads'],
    );
  },
);
