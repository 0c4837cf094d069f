// Whom runs reached, on the ledger: soon, for good, and few entries whatever an app or its runner makes of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newId } from '@holdfast/kernel/id';
import { type FromRunner } from '@holdfast/runner/frames';
import { EntrySearch } from '#modules/ledger';
import { PassedReader } from '../../../src/modules/spaces/passed-store.ts';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { withPool } from '../../harness/shared-server.ts';

type Told = Extract<FromRunner, { type: 'contacts' }>;
type Host = Told['hosts'][number];

interface Recorded {
  readonly subject: string;
  readonly actor: string;
  readonly hosts: readonly { readonly host: string; readonly connections: number }[];
  readonly unanswered: number;
}

async function recorded({ hub }: ProgramHub): Promise<Recorded[]> {
  const search = new EntrySearch(hub.modules.db);
  const { items } = await search.list({ kind: 'space.contacted' }, { limit: 1_000 });
  return items.toReversed().map(({ subject, actor, body }) => {
    const { hosts, unanswered } = JSON.parse(body) as Pick<Recorded, 'hosts' | 'unanswered'>;
    return { subject, actor, hosts, unanswered };
  });
}

async function until(opened: ProgramHub, is: (all: readonly Recorded[]) => boolean): Promise<Recorded[]> {
  let all: Recorded[] = [];
  for (let n = 0; n < 2_400; n += 1) {
    all = await recorded(opened);
    if (is(all)) return all;
    await delay(25);
  }
  assert.fail(`it is ${JSON.stringify(all).slice(0, 1_000)}`);
}

function host(name: string, more: Partial<Host> = {}): Host {
  return {
    host: name,
    port: 443,
    first: 1_000,
    last: 2_000,
    connections: 1,
    sentBytes: 10,
    receivedBytes: 20,
    ...more,
  };
}

/** A run that serves, and what its runner says of it. */
async function openRun() {
  const opened = await openProgramHub();
  const want = await opened.begin();
  const run = await opened.runner.serve(want, (_request, response) => response.end());
  const say = (hosts: readonly Host[], more: Partial<Told> = {}): void =>
    opened.runner.say({
      ...{ type: 'contacts', space: want.space, run, hosts: [...hosts], unanswered: 0, ended: false },
      ...more,
    });
  return { opened, want, run, say };
}

void test('a host that a run reaches is recorded at once, its counts once in a while, and with its end what is left', async () => {
  const { opened, want, run, say } = await openRun();
  await using _opened = opened;
  say([host('a.org')]);
  const [first] = await until(opened, ({ length }) => length === 1);
  assert.deepEqual([first?.subject, first?.actor], [`repo:${want.space}`, `run:${run}`]);
  assert.deepEqual(first?.hosts, [
    {
      ...{ host: 'a.org', port: 443, connections: 1, sentBytes: 10, receivedBytes: 20 },
      ...{ first: '1970-01-01T00:00:01.000Z', last: '1970-01-01T00:00:02.000Z' },
    },
  ]);
  for (let n = 2; n < 500; n += 1) say([host('a.org', { connections: n, receivedBytes: n * 100 })]);
  await delay(1_500);
  assert.equal((await recorded(opened)).length, 1, 'counts alone are not worth an entry each');
  opened.hub.passTime(11);
  const [, counts] = await until(opened, ({ length }) => length === 2);
  assert.equal(counts?.hosts[0]?.connections, 499);
  say([host('a.org', { connections: 600 })], { unanswered: 7 });
  await delay(1_200);
  assert.equal((await recorded(opened)).length, 2);
  opened.runner.say({ type: 'ended', space: want.space, run, why: 'over' });
  const [, , last] = await until(opened, ({ length }) => length === 3);
  assert.deepEqual([last?.hosts[0]?.connections, last?.unanswered], [600, 7]);
  // With each entry goes what passed by then, and counts once.
  const hours = await new PassedReader(opened.hub.modules.db).listHours(opened.repo.id, { at: new Date(0) });
  const passed = [...hours.values()];
  assert.equal(
    passed.reduce((sum, { sent }) => sum + sent, 0),
    10,
  );
  assert.equal(
    passed.reduce((sum, { received }) => sum + (received ?? 0), 0),
    49_900,
  );
  // As to a hub that has come.
  say([host('a.org', { connections: 600 })], { unanswered: 7, ended: true });
  await delay(1_500);
  assert.equal((await recorded(opened)).length, 3, 'what is on record is not recorded again');
});

void test('hosts that are named like keys keep the end of their names on record, and their counts', async () => {
  const { opened, say } = await openRun();
  await using _opened = opened;
  const key = (letter: string): string => `glpat-${letter.repeat(20)}`;
  say([
    ...['a', 'b'].map((letter) => host(`${key(letter)}.one.example`, { connections: 2 })),
    host(`${key('a')}.two.example`),
    host(`${key('a')}.example`),
  ]);
  const [first] = await until(opened, ({ length }) => length === 1);
  assert.deepEqual(
    first?.hosts.map((one) => [one.host, one.connections]),
    [
      ['[key of GitLab].one.example', 4],
      ['[key of GitLab].two.example', 1],
      [`${key('a')}.example`, 1],
    ],
  );
});

void test('a run that cannot be recorded is in the way of no other', async () => {
  const { opened, want, run, say } = await openRun();
  await using _opened = opened;
  await withPool(opened.hub.database.superuser, async (pool) => {
    await pool.query(
      `alter table ledger.entry add constraint not_this_run check (actor <> 'run:${run}') not valid`,
    );
  });
  say([host('a.org')]);
  opened.runner.say({
    ...{ type: 'contacts', space: want.space, run: newId(new Date()), unanswered: 0, ended: true },
    hosts: [host('b.org')],
  });
  const [other] = await until(opened, ({ length }) => length === 1);
  assert.equal(other?.hosts[0]?.host, 'b.org');
  await withPool(opened.hub.database.superuser, async (pool) => {
    await pool.query('alter table ledger.entry drop constraint not_this_run');
  });
  const [, late] = await until(opened, ({ length }) => length === 2);
  assert.equal(late?.hosts[0]?.host, 'a.org', 'and is tried again');
});

void test('a runner that ends takes nothing with it that it told of', async () => {
  const { opened, say } = await openRun();
  await using _opened = opened;
  say([host('a.org')]);
  await until(opened, ({ length }) => length === 1);
  say([host('a.org', { connections: 5 })]);
  opened.runner.gone();
  const [, last] = await until(opened, ({ length }) => length === 2);
  assert.equal(last?.hosts[0]?.connections, 5);
});

void test('entries are few, whatever is said, and the earliest hosts are among them', async () => {
  const { opened, say } = await openRun();
  await using _opened = opened;
  say([host('first.org')]);
  for (let n = 0; n < 100; n += 1) say(Array.from({ length: 100 }, (_, at) => host(`h${n}-${at}.org`)));
  const all = await until(opened, (found) => found.flatMap(({ hosts }) => hosts).length >= 600);
  await delay(1_500);
  assert.equal(
    new Set((await recorded(opened)).flatMap(({ hosts }) => hosts.map((one) => one.host))).size,
    600,
  );
  assert.ok(all.length < 20, `${all.length} entries`);
  assert.equal(all[0]?.hosts[0]?.host, 'first.org');
});

void test('of one Space no more than thirty entries are made in a minute; what waits comes with the next', async () => {
  const { opened, want } = await openRun();
  await using _opened = opened;
  const say = (n: number): void =>
    opened.runner.say({
      ...{ type: 'contacts', space: want.space, run: newId(new Date()) },
      ...{ hosts: [host(`h${n}.org`)], unanswered: 0, ended: true },
    });
  // Not over the turn of a minute.
  opened.hub.passTime((60 - opened.hub.now().getSeconds()) / 60);
  for (let n = 0; n < 50; n += 1) say(n);
  await until(opened, ({ length }) => length === 30);
  await delay(1_500);
  assert.equal((await recorded(opened)).length, 30);
  opened.hub.passTime(1);
  const all = await until(opened, ({ length }) => length === 50);
  assert.equal(new Set(all.map(({ actor }) => actor)).size, 50, 'none was lost');
});

void test('of Spaces that are not the hub’s nothing is recorded, whatever its runner says', async () => {
  const { opened, say } = await openRun();
  await using _opened = opened;
  say([host('evil.org')], { space: newId(new Date()), run: newId(new Date()) });
  say([host('a.org')]);
  await until(opened, ({ length }) => length === 1);
  await delay(1_200);
  assert.deepEqual(
    (await recorded(opened)).flatMap(({ hosts }) => hosts.map((one) => one.host)),
    ['a.org'],
  );
});

void test('what runs reached is recorded by the hub that let them start, though their Space has gone to another meanwhile', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  const { space, commit } = await opened.begin();
  const run = newId(new Date());
  const from = runner.heard.length;
  runner.say({ type: 'ticket-wanted', space, commit, run });
  assert.notEqual((await runner.sent('ticket', from)).entry, null);
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query(
      `insert into spaces.runner (hub, lease_until) values ('other', now() + interval '1 day')`,
    );
    await pool.query(`update spaces.run set holder = 'other', changed_in = pg_current_xact_id()`);
  });
  // A hub that has come knows of no Space, and hears of all runs again.
  runner.gone();
  runner.able();
  const said = { type: 'contacts' as const, unanswered: 0, ended: true };
  const stranger = newId(new Date());
  await runner.sent('drop', from);
  runner.say({ ...said, space, run: stranger, hosts: [host('made-up.org')] });
  runner.say({ ...said, space: newId(new Date()), run, hosts: [host('elsewhere.org')] });
  await delay(1_200);
  runner.say({ ...said, space, run, hosts: [host('a.org')] });
  const [first] = await until(opened, ({ length }) => length === 1);
  assert.deepEqual([first?.subject, first?.actor], [`repo:${space}`, `run:${run}`]);
  assert.equal(first?.hosts[0]?.host, 'a.org');
  await delay(1_200);
  assert.equal(
    (await recorded(opened)).length,
    1,
    'of a run that it did not let start, or of another Space, nothing is',
  );
});
