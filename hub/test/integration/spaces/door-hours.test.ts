// What the door of a Space let out and what came back by the hour: what its runs told since they started, each hour's own part of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, type Id } from '@holdfast/kernel/id';
import { applyMigrations } from '@holdfast/platform/postgres/migrate';
import { record } from '../../../src/modules/ledger/index.ts';
import { migrations } from '../../../src/migrations.ts';
import { passed } from '../../../src/modules/spaces/migrations/0007-passed.ts';
import { PassedReader, PassedWriter } from '../../../src/modules/spaces/passed-store.ts';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { OPERATOR } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs, visitAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const HOUR = 3_600_000;

interface Told {
  readonly run: Id;
  /** When it said so, in hours from the one that has begun. */
  readonly at: number;
  readonly sent: number;
  /** Of a door that was started before it was counted there is none. */
  readonly received: number | undefined;
}

interface Entered extends Pick<Told, 'run' | 'at'> {
  readonly sent: Readonly<Record<string, number>>;
  readonly received?: number;
}

/** The middle of an hour, so that the next does not begin while the test looks. */
function momentOf(now: Date, hours: number): Date {
  return new Date(Math.floor(now.getTime() / HOUR) * HOUR + hours * HOUR + HOUR / 2);
}

/** What a run tells counts from its start, as it is kept with each entry of whom it reached. */
async function tell({ hub }: ProgramHub, space: Id, told: readonly Told[]): Promise<void> {
  for (const { at, ...one } of told)
    await hub.modules.db.transaction(
      async (tx) => await new PassedWriter(tx).keep({ ...one, space, at: momentOf(hub.now(), at) }),
    );
}

void test('bytes are of the hour in which they left, and none is counted twice', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  await hub.modules.identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  const { actor } = await visitAs(hub, 'boss');
  await opened.begin();
  const other = (await hub.addRepo('ann/other', { type: 'space', sdk: 'gradio' })).id;
  const [young, old] = [newId(momentOf(hub.now(), -3)), newId(momentOf(hub.now(), -60))];
  await tell(opened, other, [{ run: newId(hub.now()), at: -2, sent: 7_000_000, received: 1 }]);
  await tell(opened, repo.id, [
    { run: young, at: -3, sent: 1_050, received: 600 },
    { run: young, at: -2, sent: 4_050, received: 1_000 },
    { run: young, at: -2, sent: 5_050, received: 1_600 },
    // What another hub knows of the same run is less, and takes nothing away.
    { run: young, at: -2, sent: 3_000, received: 900 },
    { run: young, at: -1, sent: 6_050, received: 1_610 },
    // What this one had told before the hours that are shown is none of them.
    { run: old, at: -55, sent: 90_000, received: undefined },
    { run: old, at: -40, sent: 90_000, received: undefined },
    { run: old, at: -2, sent: 90_500, received: undefined },
    { run: old, at: -1, sent: 90_600, received: undefined },
  ]);
  const { hours } = await hub.modules.centre.traffic.get(actor, repo.id);
  const shown = hours.map(({ sentBytes }) => sentBytes);
  assert.deepEqual(shown.slice(-4, -1), [1_050, 4_500, 1_100]);
  assert.equal(
    shown.reduce((sum, one) => sum + one, 0),
    6_650,
  );
  // In the hours in which the old one told of something, what came is not known; in all others it is, also where nothing was told.
  const received = hours.map(({ receivedBytes }) => receivedBytes);
  assert.deepEqual(received.slice(-5, -1), [0, 600, undefined, undefined]);
  assert.equal(received.filter((one) => one === undefined).length, 3);
  const since = { at: momentOf(hub.now(), -47), cameAt: new Map([[repo.id, momentOf(hub.now(), -4)]]) };
  const own = [...(await new PassedReader(hub.modules.db).listHours(repo.id, since)).values()];
  assert.deepEqual(
    own.toSorted((a, b) => a.sent - b.sent),
    [
      { sent: 1_000, received: 10 },
      { sent: 1_050, received: 600 },
      { sent: 4_000, received: 1_000 },
    ],
    'not of a run that began when it was of others',
  );
  await signInAs(hub, 'boss');
  const browser = new TestBrowser(hub);
  await browser.signIn('boss', PASSWORD);
  const page = await browser.open(`/security/doors/${repo.id}`, { 'accept-language': 'pt' });
  assert.match(page.body, /Enviado para fora pela porta, por hora[^]*?6,65\skB em 48 horas, 4,5\skB na/);
  assert.match(
    page.body,
    /Recebido de fora pela porta, por hora[^]*?600 bytes em 45 horas, 600 bytes na[^]*?De 3 horas não se sabe/,
  );
  const english = (await browser.open(`/security/doors/${repo.id}`, { 'accept-language': 'en' })).body;
  assert.match(
    page.body,
    /Os bytes por hora são guardados pelo hub[^]*?O que prova o que passou é o livro de registo/,
  );
  assert.match(english, /Bytes by the hour are kept by the hub[^]*?What proves what passed is the ledger/);
  assert.match(english, /Received from outside[^]*?600 bytes in 45 hours[^]*?Of 3 hours it is not known/);
  assert.equal(english.match(/<td>not known<\/td>/g)?.length, 3);
});

void test('however much the runs of a Space told, all of it is drawn, and soon', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  await hub.modules.identity.createUser(OPERATOR, {
    ...{ name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD },
  });
  const { actor } = await visitAs(hub, 'boss');
  await opened.begin();
  // A run a minute for five weeks, each of which told of something in two hours.
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query(
      `insert into spaces.passed select $1, to_hex(floor(extract(epoch from at))::bigint) || lpad(to_hex(n), 16, '0'),
         date_trunc('hour', at + m * interval '1 hour', 'UTC'), 10 * (m + 1), 100 * (m + 1)
         from generate_series(1, 50000) n, generate_series(0, 1) m, lateral (select $2::timestamptz - n * interval '1 minute' as at)`,
      [repo.id, momentOf(hub.now(), -1)],
    );
    await pool.query('analyze spaces.passed');
  });
  const { hours } = await hub.modules.centre.traffic.get(actor, repo.id);
  const full = hours.slice(1, -3);
  assert.equal(full.length, 44);
  for (const { sentBytes, receivedBytes } of full)
    assert.deepEqual([sentBytes, receivedBytes], [1_200, 12_000]);
});

/** What left within each hour in which something was told, the oldest first. */
async function sentOf({ hub }: ProgramHub, space: Id, since: number): Promise<number[]> {
  const hours = await new PassedReader(hub.modules.db).listHours(space, { at: momentOf(hub.now(), since) });
  return [...hours].toSorted(([a], [b]) => a - b).map(([, { sent }]) => sent);
}

void test('a total that falls is not counted again when it rises', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  const run = newId(momentOf(hub.now(), -6));
  await tell(opened, repo.id, [
    { run, at: -5, sent: 5_000, received: 500 },
    { run, at: -4, sent: 3_000, received: 300 },
    { run, at: -3, sent: 6_000, received: 600 },
  ]);
  assert.deepEqual(await sentOf(opened, repo.id, -10), [5_000, 0, 1_000]);
  assert.deepEqual(await sentOf(opened, repo.id, -3.5), [1_000], 'by none of the hours before either');
});

void test('what no page shows any more is removed, and changes nothing that one shows', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  const want = await opened.begin();
  const serves = (await opened.runner.serve(want, (_request, response) => response.end())) as Id;
  await opened.becomes('RUNNING');
  const [ended, goesOn] = [newId(momentOf(hub.now(), -300)), newId(momentOf(hub.now(), -301))];
  const told = [
    ...[ended, serves, goesOn].flatMap((run) => [
      { run, at: -220, sent: 1_000, received: 1 },
      { run, at: -210, sent: 2_000, received: 2 },
    ]),
    { run: goesOn, at: -150, sent: 3_000, received: 3 },
  ];
  await tell(opened, repo.id, told);
  const before = await sentOf(opened, repo.id, -190);
  await hub.modules.centre.traffic.forget();
  const kept = await withPool(hub.database.superuser, async (pool) => {
    const { rows } = await pool.query<{ kept: string }>(
      `select run_id || ' ' || sent as kept from spaces.passed`,
    );
    return rows.map((row) => row.kept);
  });
  assert.deepEqual(new Set(kept), new Set([`${serves} 2000`, `${goesOn} 2000`, `${goesOn} 3000`]));
  assert.deepEqual(await sentOf(opened, repo.id, -190), before);
  await tell(opened, repo.id, [{ run: serves, at: -1, sent: 2_500, received: 3 }]);
  assert.deepEqual(
    await sentOf(opened, repo.id, -47),
    [500],
    'of what serves, what it told long ago is taken off',
  );
});

void test('with a Space that is erased goes what passed its door', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  const other = (await hub.addRepo('ann/other', { type: 'space', sdk: 'gradio' })).id;
  for (const space of [repo.id, other])
    await tell(opened, space, [{ run: newId(hub.now()), at: -1, sent: 1, received: 1 }]);
  await hub.modules.spaces.erase(repo.id);
  assert.deepEqual(await sentOf(opened, repo.id, -47), []);
  assert.deepEqual(await sentOf(opened, other, -47), [1]);
});

/** Has the run say so on the ledger, as it stood there before hours were kept; which says itself when, and is told otherwise. */
async function enter({ hub }: ProgramHub, space: Id, told: readonly Entered[]): Promise<void> {
  for (const { run, at, sent, received } of told) {
    const said = momentOf(hub.now(), at);
    const counts = { port: 443, connections: 1, first: said.toISOString(), last: said.toISOString() };
    const hosts = Object.entries(sent).map(([host, sentBytes]) => ({
      ...{ host, sentBytes, receivedBytes: received, ...counts },
    }));
    const entry = { kind: 'space.contacted', subject: `repo:${space}`, actor: `run:${run}`, credential: '' };
    await hub.modules.db.transaction(
      async (tx) => await record(tx, { ...entry, body: { run, hosts, unanswered: 0 } }),
    );
    await withPool(hub.database.superuser, async (pool) => {
      await pool.query('begin; set local session_replication_role = replica');
      await pool.query(
        `update ledger.entry set at = $1 where hash = (select hash from ledger.entry where kind = 'space.contacted'
           and subject = $2 order by at desc limit 1)`,
        [said, entry.subject],
      );
      await pool.query('commit');
    });
  }
}

/** What a hub in other hands can record of whom a run reached, and nobody can delete: each of it is refused by a cast, or counts too much. */
const FORGED: readonly string[] = [
  '',
  'no JSON',
  '5',
  '[]',
  '{}',
  ...['5', 'null', '"x"', '{}', '{"host":"a.org"}', '[5]', '[null]', '[[]]', '[{}]'].map(
    (hosts) => `{"hosts":${hosts}}`,
  ),
  ...[
    ...['"x"', '"5000000"', 'null', '[]', '-1', '1e17', '1e400', '1e-400', '1e200000'].map((sent) => ({
      sent,
    })),
    ...['"x"', 'null', '1e400', '-1'].map((received) => ({ received })),
    ...['null', '5', '"a.org\\u0000"', '"\\ud800"'].map((host) => ({ host })),
    { port: '"x"' },
  ].map(
    ({
      host = '"a.org"',
      port = '443',
      sent = '8000000',
      received = '7',
    }: Readonly<Record<string, string>>) => {
      const one = (bytes: string, came: string): string =>
        `{"host":${host},"port":${port},"sentBytes":${bytes},"receivedBytes":${came}}`;
      // With one before it that could be counted.
      return `{"hosts":[{"host":"b.org","port":443,"sentBytes":9000000,"receivedBytes":9000000},${one(sent, received)}]}`;
    },
  ),
  '['.repeat(60_000),
];

/** Records that as the hub's role, of this run and of names that are none. */
async function forge({ hub }: ProgramHub, space: Id, run: Id): Promise<void> {
  const honest = '{"hosts":[{"host":"a.org","port":443,"sentBytes":5,"receivedBytes":5}]}';
  const enterAs = async (subject: string, actor: string, body: string): Promise<void> => {
    const hash = await withPool(hub.database.address, async (pool) => {
      const { rows } = await pool.query<{ hash: string }>(
        `insert into ledger.entry (kind, subject, actor, credential, body) values ('space.contacted', $1, $2, '', '{}') returning hash`,
        [subject, actor],
      );
      return rows[0]?.hash;
    });
    // A database of before took what is no object; this one is given it behind the trigger's back.
    await withPool(hub.database.superuser, async (pool) => {
      await pool.query('begin; set local session_replication_role = replica');
      await pool.query('update ledger.entry set body = $1 where hash = $2', [body, hash]);
      await pool.query('commit');
    });
  };
  for (const body of FORGED) await enterAs(`repo:${space}`, `run:${run}`, body);
  await enterAs('', '', honest);
  await enterAs(`repo:${space}`, `run:${'é'.repeat(200)}`, honest);
  await enterAs(`repo:${'é'.repeat(200)}`, `run:${run}`, honest);
}

/** Has the database be one of before, and takes it to what it is now, as a start does. */
async function migrate({ hub }: ProgramHub): Promise<void> {
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query('drop table spaces.passed');
    await pool.query('delete from migration.applied where name = $1', [passed.name]);
  });
  await withPool(hub.database.owner, async (pool) =>
    assert.deepEqual(await applyMigrations(pool, migrations), [passed.name]),
  );
}

void test('hours of before are made of what is on the ledger, whatever somebody wrote there', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  await opened.begin();
  const other = (await hub.addRepo('ann/other', { type: 'space', sdk: 'gradio' })).id;
  const [young, old] = [newId(momentOf(hub.now(), -3)), newId(momentOf(hub.now(), -60))];
  const elsewhere = newId(hub.now());
  await enter(opened, other, [{ run: elsewhere, at: -2, sent: { a: 7_000_000 }, received: 1 }]);
  await enter(opened, repo.id, [
    { run: young, at: -3, sent: { 'a.org': 1_000, 'b.org': 50 }, received: 300 },
    { run: young, at: -2, sent: { 'a.org': 5_000 }, received: 1_300 },
    // Whoever says less than was said before takes nothing back.
    { run: young, at: -1.75, sent: { 'a.org': 3_000 }, received: 900 },
    { run: young, at: -1, sent: { 'a.org': 6_000 }, received: 1_310 },
    { run: old, at: -60, sent: { 'a.org': 90_000 } },
    { run: old, at: -2, sent: { 'a.org': 90_500 } },
    { run: old, at: -1, sent: { 'a.org': 90_600 } },
  ]);
  await forge(opened, repo.id, young);
  await migrate(opened);
  const kept = await new PassedReader(hub.modules.db).listHours(repo.id, { at: momentOf(hub.now(), -47) });
  assert.deepEqual(
    [...kept.entries()].toSorted(([a], [b]) => a - b).map(([, hour]) => hour),
    [
      { sent: 1_050, received: 600 },
      { sent: 4_500, received: undefined },
      { sent: 1_100, received: undefined },
    ],
  );
  const others = 'select 1 from spaces.passed where run_id <> all ($1)';
  await withPool(hub.database.superuser, async (pool) => {
    const { rows } = await pool.query(others, [[young, old, elsewhere]]);
    assert.deepEqual(rows, [], 'of runs alone');
  });
});
