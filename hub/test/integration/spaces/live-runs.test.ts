// Which runs live, as hubs of one database know it: at once by the runner of their own, and by the database after a start and of others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { newId, type Id } from '@holdfast/kernel/id';
import { openLog } from '@holdfast/platform/log';
import { LiveRuns } from '#modules/spaces';
import { RunWriter } from '../../../src/modules/spaces/run-store.ts';
import { StartedRunReader, StartedRunWriter } from '../../../src/modules/spaces/started-run-store.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { withPool } from '../../harness/shared-server.ts';

const log = openLog('test', { write: () => undefined });
const [A, B] = ['hub-a', 'hub-b'];
const SPACE = newId(new Date());

const hubOf = ({ db }: TestDatabase, hub = A, runs = true): LiveRuns => new LiveRuns({ db, log, hub, runs });
const give = async ({ db }: TestDatabase, run: Id, hub = A): Promise<boolean> =>
  await db.transaction((tx) => new StartedRunWriter(tx).begin(run, hub));
const lease = async ({ db }: TestDatabase, hub: string, seconds: number): Promise<void> =>
  await db.transaction((tx) => new RunWriter(tx).hold(hub, seconds));

async function untilEnded({ db }: TestDatabase, run: Id): Promise<void> {
  for (let tries = 0; tries < 2_400; tries += 1) {
    if ((await new StartedRunReader(db).find(run))?.ended === true) return;
    await delay(25);
  }
  assert.fail('the end of the run was not kept');
}

/** A hub whose runner has one run. */
async function openWithRun(stack: AsyncDisposableStack) {
  const database = stack.use(await openTestDatabase());
  const live = stack.use(hubOf(database));
  const run = newId(new Date());
  live.meet([]);
  live.begin({ space: SPACE, run });
  assert.equal(await live.isLive(run), false, 'it has no ticket');
  assert.equal(await give(database, run), true);
  live.settle(run);
  assert.equal(await live.isLive(run), true);
  return { database, live, run };
}

void test('a run lives from its ticket to its end, and never again', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, live, run } = await openWithRun(stack);
  live.end(run);
  assert.equal(await live.isLive(run), false, 'at once');
  await untilEnded(database, run);
  live.begin({ space: SPACE, run });
  live.meet([{ space: SPACE, run }]);
  assert.equal(await live.isLive(run), false, 'whatever a runner says');
  assert.equal(await give(database, run), false);
});

void test('a run that ended before its ticket was on record does not live by it', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, live } = await openWithRun(stack);
  const run = newId(new Date());
  live.begin({ space: SPACE, run });
  live.end(run);
  await give(database, run);
  live.settle(run);
  assert.equal(await live.isLive(run), false);
  await untilEnded(database, run);
});

void test('a run that was ended is not brought back by asking for its ticket again before that is kept', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, live, run } = await openWithRun(stack);
  live.endOf(SPACE);
  assert.equal(live.begin({ space: SPACE, run }), 'ended');
  live.meet([{ space: SPACE, run }]);
  assert.equal(await live.isLive(run), false, 'at once');
  await untilEnded(database, run);
  const gone = newId(new Date());
  live.begin({ space: SPACE, run: gone });
  await give(database, gone);
  live.settle(gone);
  live.meet([]);
  assert.equal(live.begin({ space: SPACE, run: gone }), 'ended');
  await untilEnded(database, gone);
});

void test('a run whose ticket is being made while it ends is ended also where that was kept before', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, live, run } = await openWithRun(stack);
  const asking = { space: newId(new Date()), run: newId(new Date()) };
  assert.equal(live.begin(asking), undefined);
  assert.equal(live.begin(asking), 'asked');
  live.end(asking.run);
  live.end(run);
  await untilEnded(database, run);
  assert.equal(live.begin(asking), 'ended');
  await give(database, asking.run);
  assert.equal(await live.isLive(asking.run), false);
  live.settle(asking.run);
  await untilEnded(database, asking.run);
});

void test('no more runs are begun than a runner may name', async () => {
  await using stack = new AsyncDisposableStack();
  const { live } = await openWithRun(stack);
  const more = Array.from({ length: 10_000 }, (_, at) =>
    live.begin({ space: SPACE, run: at.toString(16).padStart(24, '0') as Id }),
  );
  assert.deepEqual([more.indexOf('full'), more.at(-1)], [9_999, 'full']);
});

void test('the runs of a Space that is ended end at once, and no others', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, live, run } = await openWithRun(stack);
  const other = newId(new Date());
  live.begin({ space: newId(new Date()), run: other });
  await give(database, other);
  live.endOf(SPACE);
  assert.deepEqual([await live.isLive(run), await live.isLive(other)], [false, true]);
  await untilEnded(database, run);
});

void test('a hub that was started anew believes the record until its runner speaks, and then the runner', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, run } = await openWithRun(stack);
  const [kept, lost] = [stack.use(hubOf(database)), stack.use(hubOf(database))];
  assert.equal(await kept.isLive(run), true);
  kept.meet([{ space: SPACE, run }]);
  assert.equal(await kept.isLive(run), true);
  lost.meet([]);
  assert.equal(await lost.isLive(run), false);
  await untilEnded(database, run);
});

void test('a hub without a runner ends nothing, and takes what was its own for what it is', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, run } = await openWithRun(stack);
  const live = stack.use(hubOf(database, A, false));
  assert.equal(await live.isLive(run), false, 'nobody has the lease');
  assert.equal((await new StartedRunReader(database.db).find(run))?.ended, false);
});

void test('another hub takes a run for alive as long as the hub of its runner is there', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, live, run } = await openWithRun(stack);
  const other = stack.use(hubOf(database, B));
  other.meet([]);
  assert.equal(await other.isLive(run), false);
  await lease(database, A, 300);
  assert.equal(await other.isLive(run), true);
  live.end(run);
  await untilEnded(database, run);
  assert.equal(await other.isLive(run), false);
});

void test('ends are kept once the database takes them, and what is long over is forgotten', async () => {
  await using stack = new AsyncDisposableStack();
  const { database, live, run } = await openWithRun(stack);
  await withPool(database.superuser, async (pool) => {
    await pool.query('alter table spaces.started_run rename to away');
    live.end(run);
    await delay(100);
    await pool.query('alter table spaces.away rename to started_run');
    await untilEnded(database, run);
    await pool.query(`update spaces.started_run set ended_at = now() - interval '25 hours'`);
  });
  live.meet([]);
  for (let tries = 0; tries < 2_400; tries += 1) {
    if ((await new StartedRunReader(database.db).find(run)) === undefined) return;
    await delay(25);
  }
  assert.fail('it is still there');
});
