// The ledger's rules, tried by the roles that could break them: the hub's, the owner's and the superuser's.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import type pg from 'pg';
import { hashEntry } from '@holdfast/kernel/ledger-entry';
import { openPool, type DatabaseAddress } from '@holdfast/platform/postgres/database';
import {
  commitment,
  LedgerReader,
  record,
  verifyLane,
  type Entry,
} from '../../../src/modules/ledger/index.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { PASSWORD } from '../../harness/shared-server.ts';

/** Of one writer. */
const LANES = 32;

const ENTRY: Entry = {
  kind: 'repo.created',
  subject: 'repo:1',
  actor: 'user:1',
  credential: 'token:1',
  body: { b: 1, a: 'é\u0000'.slice(0, 1) },
};

async function asRole(address: DatabaseAddress, work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = openPool(address, { connections: 2, applicationName: 'test', onError: () => undefined });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

void test('record() writes an entry whose digest anyone can compute again', async () => {
  await using database = await openTestDatabase();
  const hash = await database.db.transaction((tx) => record(tx, ENTRY));
  const [entry] = await new LedgerReader(database.db).listOfSubject('repo:1');
  assert.ok(entry !== undefined);
  assert.equal(entry.hash, hash);
  assert.equal(hashEntry(entry), hash);
  assert.equal(entry.writer, database.address.user);
  assert.ok(Math.abs(Date.parse(entry.at) - Date.now()) < 60_000);
});

void test('record() leaves nothing when the transaction rolls back', async () => {
  await using database = await openTestDatabase();
  const failing = database.db.transaction(async (tx) => {
    await record(tx, ENTRY);
    throw new Error('rolled back');
  });
  await assert.rejects(failing, /rolled back/);
  assert.deepEqual(await new LedgerReader(database.db).listOfSubject('repo:1'), []);
});

void test('record() chains entries of many transactions at once, none lost and none altered', async () => {
  await using database = await openTestDatabase();
  await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      database.db
        .transaction(async (tx) => {
          await record(tx, { ...ENTRY, subject: `repo:${n}` });
          if (n % 5 === 0) throw new Error('rolled back');
        })
        .catch(() => undefined),
    ),
  );
  const reader = new LedgerReader(database.db);
  let total = 0;
  for (let lane = 0; lane < LANES; lane += 1) {
    const entries = await reader.listOfLane(database.address.user, lane);
    assert.equal(verifyLane(entries), undefined);
    total += entries.length;
  }
  assert.equal(total, 160);
});

void test('record() gives tokens a chain of their own', async () => {
  await using database = await openTestDatabase();
  for (const kind of ['token.issued', 'token.revoked'])
    await database.db.transaction((tx) => record(tx, { ...ENTRY, kind, subject: 'token:7' }));
  const [first, second] = await new LedgerReader(database.db).listOfSubject('token:7');
  assert.deepEqual([first?.subjectN, second?.subjectN], [1, 2]);
  assert.equal(second?.subjectPrevious, first?.hash);
});

void test('record() keeps personal values beside the entry, committed to by salt', async () => {
  await using database = await openTestDatabase();
  const hash = await database.db.transaction((tx) =>
    record(tx, { ...ENTRY, personal: { address: '192.0.2.1' } }),
  );
  const [entry] = await new LedgerReader(database.db).listOfSubject('repo:1');
  assert.ok(entry !== undefined && !entry.body.includes('192.0.2.1'));
  await asRole(database.superuser, async (pool) => {
    const { rows } = await pool.query<{ salt: Buffer; value: string }>(
      'select salt, value from ledger.personal where entry = $1',
      [hash],
    );
    assert.ok(rows[0] !== undefined);
    assert.ok(entry.body.includes(commitment(rows[0])));
  });
});

void test('the hub cannot forge a writer, date an entry back, or choose its chain', async () => {
  await using database = await openTestDatabase();
  await asRole(database.address, async (pool) => {
    for (const column of ['writer', 'at', 'n', 'lane', 'hash', 'previous', 'xid', 'subject_n'])
      await assert.rejects(
        pool.query(
          `insert into ledger.entry (kind, subject, actor, credential, body, ${column})
           values ('repo.created', 's', 'a', '', '{}', null)`,
        ),
        /permission denied/,
        column,
      );
  });
});

void test('the hub cannot record kinds that are not its own', async () => {
  await using database = await openTestDatabase();
  for (const kind of ['secret.released', 'checkpoint.signed', 'vault.unsealed'])
    await assert.rejects(
      database.db.transaction((tx) => record(tx, { ...ENTRY, kind })),
      /may not record entries of kind/,
    );
});

void test('what may be recorded is what the table and the groups say now, for writers who recorded before too', async () => {
  await using database = await openTestDatabase();
  const name = `late_${randomBytes(6).toString('hex')}`;
  const recordLate = async (pool: pg.Pool): Promise<unknown> =>
    await pool.query(
      `insert into ledger.entry (kind, subject, actor, credential, body) values ('late.come', 's', 'a', '', '{}')`,
    );
  const asOwner = async (text: string): Promise<void> =>
    await asRole(database.owner, async (pool) => void (await pool.query(text)));
  await asRole(database.superuser, async (superuser) => {
    await superuser.query(`create role ${name}_group`);
    await superuser.query(
      `create role ${name} login password '${PASSWORD.reveal('a role of this test signs in')}' in role holdfast_hub`,
    );
    try {
      await asRole({ ...database.address, user: name }, async (pool) => {
        const known = `insert into ledger.entry (kind, subject, actor, credential, body) values ('repo.created', 's', 'a', '', '{}')`;
        await pool.query(known);
        await assert.rejects(recordLate(pool), /may not record/);
        await asOwner(`insert into ledger.allowed_kind values ('${name}_group', 'late.%')`);
        await assert.rejects(recordLate(pool), /may not record/, 'the group is not its own');
        await superuser.query(`grant ${name}_group to ${name}`);
        await recordLate(pool);
        await asOwner(`delete from ledger.allowed_kind where role = '${name}_group'`);
        await assert.rejects(recordLate(pool), /may not record/, 'no group may any more');
        await asOwner(`insert into ledger.allowed_kind values ('holdfast_hub', 'late.come')`);
        await recordLate(pool);
        await pool.query(known);
      });
    } finally {
      await superuser.query(`drop role ${name}, ${name}_group`);
    }
  });
});

void test('what is malformed or too long is not recorded, nor what comes in another encoding', async () => {
  await using database = await openTestDatabase();
  const insert = `insert into ledger.entry (kind, subject, actor, credential, body) values ($1, $2, $3, $4, $5)`;
  const fits = ['repo.created', 's', 'a', '', '{}'];
  await asRole(database.address, async (pool) => {
    for (const [at, value] of [
      [0, 'repo.Created'],
      [0, `repo.${'x'.repeat(60)}`],
      [1, 's'.repeat(257)],
      [2, 'a'.repeat(257)],
      [3, 'c'.repeat(257)],
      [4, 'b'.repeat(65_537)],
      [4, '[]'],
      [4, null],
    ] as const)
      await assert.rejects(pool.query(insert, fits.with(at, value as string)), /malformed or too long/);
    await pool.query(insert, ['repo.created', 'é'.repeat(256), 'a', '', `{"b":"${'b'.repeat(65_536 - 8)}"}`]);
    const client = await pool.connect();
    await client.query(`set client_encoding = 'LATIN1'`);
    await assert.rejects(client.query(insert, fits), /whose encoding is UTF8/);
    client.release(true);
  });
});

void test('whoever holds the advisory locks of all lanes holds nobody up', async () => {
  await using database = await openTestDatabase();
  await database.db.transaction((tx) => record(tx, ENTRY));
  await asRole(database.address, async (pool) => {
    const client = await pool.connect();
    await client.query(
      'select pg_advisory_lock(hashname(session_user), lane) from generate_series(0, 31) lane',
    );
    await database.db.transaction((tx) => record(tx, ENTRY));
    client.release(true);
  });
  assert.equal((await new LedgerReader(database.db).listOfSubject('repo:1')).length, 2);
});

void test('the hub can neither change, remove nor empty what is recorded, nor touch the chains', async () => {
  await using database = await openTestDatabase();
  await database.db.transaction((tx) => record(tx, ENTRY));
  await asRole(database.address, async (pool) => {
    for (const statement of [
      `update ledger.entry set body = '{}'`,
      'delete from ledger.entry',
      'truncate ledger.entry',
      'update ledger.lane set n = 0',
      'delete from ledger.lane',
      'select * from ledger.lane',
      `insert into ledger.lane values ('x', 0, 0, 'x')`,
      `insert into ledger.allowed_kind values ('holdfast_hub', 'secret.%')`,
      'update ledger.subject_head set n = 0',
      'delete from ledger.personal',
      `update ledger.personal set value = 'x'`,
      'alter table ledger.entry disable trigger all',
      'drop table ledger.entry',
      'create table ledger.other (x int)',
      'select ledger.refuse_unfit(e) from ledger.entry e',
      `select ledger.hold_subject('token:1')`,
      `select ledger.move_subject('token:1', 0, '')`,
      'set session_replication_role = replica',
      'set role holdfast_owner_test',
    ])
      await assert.rejects(pool.query(statement), /permission denied|must be owner|append-only/, statement);
  });
});

void test('not even the superuser updates, deletes or truncates entries while the triggers stand', async () => {
  await using database = await openTestDatabase();
  await database.db.transaction((tx) => record(tx, ENTRY));
  await asRole(database.superuser, async (pool) => {
    for (const statement of [
      `update ledger.entry set body = '{}'`,
      'delete from ledger.entry',
      'truncate ledger.entry cascade',
      'delete from ledger.subject_head',
      'truncate ledger.lane',
    ])
      await assert.rejects(pool.query(statement), /append-only/, statement);
  });
});

void test('not even the superuser sets heads back or forth, or gives a lane or a chain another name', async () => {
  await using database = await openTestDatabase();
  await database.db.transaction((tx) => record(tx, ENTRY));
  await database.db.transaction((tx) => record(tx, { ...ENTRY, kind: 'token.issued', subject: 'token:7' }));
  await asRole(database.superuser, async (pool) => {
    for (const statement of [
      'update ledger.lane set n = n - 1 where n > 0',
      'update ledger.lane set n = n + 2, previous = head where n > 0',
      `update ledger.lane set n = n + 1, previous = repeat('1', 64) where n > 0`,
      `update ledger.lane set head = repeat('1', 64) where n > 0`,
      'update ledger.lane set n = null where n > 0',
      `update ledger.lane set writer = 'somebody', n = n + 1, previous = head where n > 0`,
      'update ledger.lane set lane = lane + 100, n = n + 1, previous = head',
      'update ledger.subject_head set n = n - 1',
      'update ledger.subject_head set n = n + 2',
      `update ledger.subject_head set head = repeat('1', 64)`,
      `update ledger.subject_head set subject = 'token:8', n = n + 1`,
    ])
      await assert.rejects(pool.query(statement), /append-only|null value/, statement);
    await pool.query('update ledger.lane set kinds = kinds');
  });
});

void test('an edit behind the triggers is found by whoever verifies the chain', async () => {
  await using database = await openTestDatabase();
  for (let n = 0; n < 3; n += 1) await database.db.transaction((tx) => record(tx, ENTRY));
  await asRole(database.superuser, async (pool) => {
    await pool.query('alter table ledger.entry disable trigger all');
    await pool.query(`update ledger.entry set body = '{"x":1}' where n = 2`);
  });
  const reader = new LedgerReader(database.db);
  // One connection, and so one lane.
  const lane = (await reader.listOfSubject(ENTRY.subject))[0]?.lane ?? -1;
  const entries = await reader.listOfLane(database.address.user, lane);
  assert.deepEqual(verifyLane(entries), { n: 2, flaw: 'altered' });
});
