// What the door of a Space let out and what came back by the hour: what its runs told since they started, each hour's own part of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, type Id } from '@holdfast/kernel/id';
import { record } from '../../../src/modules/ledger/index.ts';
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

void test('hours of before are made of what is on the ledger', async () => {
  await using opened = await openProgramHub();
  const { hub, repo } = opened;
  await opened.begin();
  const other = (await hub.addRepo('ann/other', { type: 'space', sdk: 'gradio' })).id;
  const [young, old] = [newId(momentOf(hub.now(), -3)), newId(momentOf(hub.now(), -60))];
  await enter(opened, other, [{ run: newId(hub.now()), at: -2, sent: { a: 7_000_000 }, received: 1 }]);
  await enter(opened, repo.id, [
    { run: young, at: -3, sent: { 'a.org': 1_000, 'b.org': 50 }, received: 300 },
    { run: young, at: -2, sent: { 'a.org': 5_000 }, received: 1_300 },
    { run: young, at: -1, sent: { 'a.org': 6_000 }, received: 1_310 },
    { run: old, at: -60, sent: { 'a.org': 90_000 } },
    { run: old, at: -2, sent: { 'a.org': 90_500 } },
    { run: old, at: -1, sent: { 'a.org': 90_600 } },
  ]);
  const [, fill] = passed.sql.split(/(?=^insert into spaces\.passed)/m);
  assert.ok(fill);
  await withPool(hub.database.superuser, async (pool) => void (await pool.query(fill)));
  const kept = await new PassedReader(hub.modules.db).listHours(repo.id, { at: momentOf(hub.now(), -47) });
  assert.deepEqual(
    [...kept.entries()].toSorted(([a], [b]) => a - b).map(([, hour]) => hour),
    [
      { sent: 1_050, received: 600 },
      { sent: 4_500, received: undefined },
      { sent: 1_100, received: undefined },
    ],
  );
});
