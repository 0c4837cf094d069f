// The notary against a real database: every committed entry becomes one leaf, whatever happens beside it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openCheckpoint } from '@holdfast/notary/checkpoint';
import { verifierOf } from '@holdfast/notary/note';
import { TreeReader } from '@holdfast/notary/tree-store';
import { rootAt } from '@holdfast/notary/tree/proof';
import { record, type Entry } from '../../../src/modules/ledger/index.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { openNotaryFolder, openTestNotary, type TestNotary } from '../../harness/notary.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const LIMIT = { timeout: 60_000 };

function entryOf(n: number): Entry {
  const token = `token:${n % 7}`;
  return { kind: 'token.issued', subject: token, actor: 'user:1', credential: token, body: { n } };
}

async function recordMany({ db }: TestDatabase, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await db.transaction((tx) => record(tx, entryOf(n)));
}

async function query<Row extends object>(database: TestDatabase, text: string): Promise<Row[]> {
  await using superuser = openSuperuserPool(database);
  return (await superuser.pool.query<Row>(text)).rows;
}

/** Fails unless the leaves are the entries, each once, in the order of every lane and chain. */
async function requireWhole(database: TestDatabase): Promise<number> {
  const [counts] = await query<{ entries: number; leaves: number; gaps: number }>(
    database,
    `select (select count(*) from ledger.entry) as entries, count(*) as leaves,
       max(l.index) + 1 - count(*) as gaps
      from notary.leaf l join notary.writer w on w.id = l.writer
      join ledger.entry e on e.writer = w.name and e.lane = l.lane and e.n = l.n`,
  );
  assert.ok(counts !== undefined);
  assert.equal(counts.leaves, counts.entries);
  assert.equal(counts.gaps ?? 0, 0);
  const disordered = await query(
    database,
    `with placed as (select e.*, l.index from notary.leaf l join notary.writer w on w.id = l.writer
       join ledger.entry e on e.writer = w.name and e.lane = l.lane and e.n = l.n)
     select 1 from placed a join placed b on (a.writer, a.lane) = (b.writer, b.lane) and a.n < b.n and a.index > b.index
     union all
     select 1 from placed a join placed b on a.subject = b.subject and a.subject_n < b.subject_n and a.index > b.index`,
  );
  assert.deepEqual(disordered, []);
  return counts.leaves;
}

async function untilSigned(notary: TestNotary, size: number): Promise<void> {
  const began = Date.now();
  while ((await notary.findCheckpoint())?.size !== size) {
    assert.ok(Date.now() - began < 20_000, 'everything is signed soon');
    await delay(10);
  }
}

void test('a notary that opens while another one works takes nothing for a loss', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using folder = await openNotaryFolder();
  await using working = await openTestNotary(database.notary, folder);
  const over = new AbortController();
  const recording = (async () => {
    while (!over.signal.aborted) await recordMany(database, 5);
  })();
  const ordering = (async () => {
    while (!over.signal.aborted) await working.round();
  })();
  try {
    for (let n = 0; n < 30; n += 1) {
      await using opening = await openTestNotary(database.notary, folder);
      assert.equal(opening.opened.sealed, undefined);
    }
  } finally {
    over.abort();
    await Promise.all([recording, ordering]);
  }
});

void test('a round orders each committed entry once, and signs the tree it made', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await notary.round();
  assert.equal(await notary.findCheckpoint(), undefined, 'nothing is signed while there is nothing');
  await recordMany(database, 30);
  await notary.round();
  assert.equal(await requireWhole(database), 30);
  const checkpoint = await notary.findCheckpoint();
  assert.equal(checkpoint?.size, 30);
  const reader = new TreeReader(database.db);
  assert.ok((await rootAt(30, reader.nodes())).equals(checkpoint.root), 'the tiles give the signed root');
  assert.ok((await reader.map.openTop()).root().equals(checkpoint.heads));
  await recordMany(database, 300);
  await notary.round();
  assert.equal((await notary.findCheckpoint())?.size, 330);
  assert.deepEqual(notary.lines, []);
});

void test('while there is something new, a checkpoint comes every 100 ms', LIMIT, async (t) => {
  await using database = await openTestDatabase();
  await using folder = await openNotaryFolder();
  await using superuser = openSuperuserPool(database);
  // The table keeps the last of a minute; here every one that was written.
  await superuser.pool.query(`
    create table public.written (n bigint generated always as identity, note text);
    create function public.keep() returns trigger language plpgsql security definer as $$
      begin insert into public.written (note) values (new.note); return null; end $$;
    create trigger keep after insert or update on notary.checkpoint for each row execute function public.keep()`);
  await using working = await openTestNotary(database.notary, folder);
  const over = new AbortController();
  const recording = (async () => {
    while (!over.signal.aborted) await recordMany(database, 5);
  })();
  const ordering = working.opened.notary?.run(over.signal);
  const pauses: number[] = [];
  try {
    // What a pause of 50 ms and two transactions take here and now: a busy machine is slow to the notary, too.
    for (let began = performance.now(); pauses.length < 40; began = performance.now()) {
      await delay(50);
      await recordMany(database, 2);
      pauses.push(performance.now() - began);
    }
  } finally {
    over.abort();
    await Promise.all([recording, ordering]);
  }
  const rows = await query<{ note: string }>(database, 'select note from public.written order by n');
  const verifier = verifierOf(working.signer);
  const times = rows.map(({ note }) => Date.parse(openCheckpoint(note, verifier)?.time ?? ''));
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? Number.NaN));
  const [gap, pause] = [medianOf(gaps), medianOf(pauses)];
  t.diagnostic(
    `${rows.length} checkpoints, ${gap} ms apart; a pause and two transactions took ${pause.toFixed(1)} ms`,
  );
  assert.ok(rows.length > 10);
  assert.ok(gap <= 100 * Math.max(1, pause / QUIET_PAUSE_MS), `${gap} ms apart`);
});

/** What a pause of 50 ms and two transactions take at most on a machine that does nothing else. */
const QUIET_PAUSE_MS = 65;

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

void test('a transaction that commits late is ordered then, and holds nobody up', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordMany(database, 1); // the first entry of a writer makes its lanes
  const commit = Promise.withResolvers<void>();
  const recorded = Promise.withResolvers<void>();
  const late = database.db.transaction(async (tx) => {
    await record(tx, { ...entryOf(0), subject: 'token:late' });
    recorded.resolve();
    await commit.promise;
  });
  await recorded.promise;
  await recordMany(database, 20);
  await notary.round();
  assert.equal((await notary.findCheckpoint())?.size, 21);
  commit.resolve();
  await late;
  await notary.round();
  assert.equal((await notary.findCheckpoint())?.size, 22);
  assert.equal(await requireWhole(database), 22);
});

void test(
  'a prepared transaction and an idle one of another database hold nobody up, and the first is ordered when it commits',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    await recordMany(database, 1);
    const elsewhere = { superuser: { ...database.superuser, database: 'postgres' } };
    await using idle = openSuperuserPool({ ...database, ...elsewhere });
    await idle.pool.query('begin');
    // With a number and a view of its own, as a transaction that has written and stays open.
    await idle.pool.query('select pg_current_xact_id()');
    const name = `late_${database.address.database}`;
    await using hub = openSuperuserPool({ ...database, superuser: database.address });
    await hub.pool.query('begin');
    await hub.pool.query(
      `insert into ledger.entry (kind, subject, actor, credential, body) values ('repo.created', 's', 'a', '', '{}')`,
    );
    await hub.pool.query(`prepare transaction '${name}'`);
    await recordMany(database, 40);
    await notary.round();
    assert.equal((await notary.findCheckpoint())?.size, 41);
    await hub.pool.query(`commit prepared '${name}'`);
    await notary.round();
    assert.equal((await notary.findCheckpoint())?.size, 42);
    assert.equal(await requireWhole(database), 42);
    await idle.pool.query('rollback');
  },
);

void test(
  'many writers, of whom some roll back: all committed entries, each once, while rounds go on',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    const stop = new AbortController();
    const running = notary.opened.notary?.run(stop.signal);
    let committed = 0;
    await Promise.all(
      Array.from({ length: 32 }, async (_, writer) => {
        for (let n = 0; n < 12; n += 1)
          await database.db
            .transaction(async (tx) => {
              await record(tx, entryOf(writer + n));
              if ((writer + n) % 5 === 0) throw new Error('rolled back');
              committed += 1;
            })
            .catch((error: unknown) => assert.match(String(error), /rolled back/));
      }),
    );
    await untilSigned(notary, committed);
    stop.abort();
    await running;
    assert.equal(await requireWhole(database), committed);
    assert.deepEqual(notary.lines, []);
  },
);

void test('two notaries of one database take turns and sign one tree', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using a = await openTestNotary(database.notary, own);
  await using b = await openTestNotary(database.notary, own);
  const stop = new AbortController();
  const running = [a, b].map(async (one) => await one.opened.notary?.run(stop.signal));
  await recordMany(database, 200);
  await untilSigned(a, 200);
  stop.abort();
  await Promise.all(running);
  assert.equal(await requireWhole(database), 200);
  const checkpoint = await a.findCheckpoint();
  assert.equal(checkpoint?.size, 200);
  assert.ok((await rootAt(200, new TreeReader(database.db).nodes())).equals(checkpoint.root));
});

void test('a notary that ended anywhere goes on where the database is', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  {
    await using first = await openTestNotary(database.notary, own);
    await recordMany(database, 10);
    await first.round();
  }
  await recordMany(database, 5);
  await using second = await openTestNotary(database.notary, own);
  assert.equal(second.opened.sealed, undefined);
  await second.round();
  assert.equal((await second.findCheckpoint())?.size, 15);
  assert.equal(await requireWhole(database), 15);
});
