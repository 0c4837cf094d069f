// What the hub wants of its runner, and what it makes of what the runner says.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LEASE_MS, RENEW_MS } from '@holdfast/kernel/space-lease';
import { openProgramHub } from '../../harness/program-hub.ts';
import { type ServedHub } from '../../harness/served-hub.ts';
import { askSite } from '../../harness/site.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { untilTrue } from '../../harness/vault-doors.ts';

void test('what is wanted of a Space is told to a runner that comes, with its files', async () => {
  await using opened = await openProgramHub();
  const { runner, repo } = opened;
  await delay(600);
  assert.deepEqual(runner.heard, [{ type: 'hello' }]);
  const want = await opened.begin();
  assert.equal(want.space, repo.id);
  assert.equal(want.commit, repo.head);
  assert.deepEqual(want.app, {
    ...{ sdk: 'gradio', sdkVersion: '5.49.1', pythonVersion: null, file: 'app.py', port: 7860 },
    startupSeconds: 1_800,
    preloaded: [],
  });
  const variables = Object.fromEntries(want.variables.map(({ name, value }) => [name, value]));
  assert.equal(variables['SPACE_ID'], 'ann/demo');
  assert.equal(variables['SPACE_TITLE'], 'A demo');
  assert.equal(variables['HF_ENDPOINT'], 'http://hub.holdfast.internal');
  assert.match(want.host, /^ann-demo\.localhost/);
  const folder = `${runner.folders.sources}/${want.space}/${want.commit}`;
  assert.equal(await readFile(`${folder}/lib/part.py`, 'utf8'), 'x = 1');
  assert.deepEqual((await runner.sent('all-wanted')).spaces, [repo.id]);
});

void test('a push, a variable and a restart each want a new run; what served goes on meanwhile', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, bearer, ask, becomes } = opened;
  const first = await opened.begin();
  const run = await runner.serve(first, (_request, response) => response.end('first'));
  await becomes('RUNNING');
  await ask('POST', '/variables', { key: 'A', value: '1' });
  const second = await runner.wanted('ann/demo', ({ generation }) => generation > first.generation);
  const mine = second.variables.filter(({ name }) => name === 'A');
  assert.deepEqual(mine, [{ name: 'A', value: '1' }]);
  await becomes('RUNNING_BUILDING');
  assert.equal((await askSite(hub, { label: 'ann-demo', path: '/' }, bearer)).text, 'first');
  const { answer } = await ask('POST', '/restart?factory=true');
  assert.equal(answer.stage, 'RUNNING_BUILDING');
  const third = await runner.wanted('ann/demo', ({ generation }) => generation > second.generation);
  assert.equal(third.factory, 1);
  await opened.push('app.py', 'print(2)');
  const last = await runner.wanted('ann/demo', ({ commit }) => commit !== first.commit);
  assert.ok(last.generation > third.generation);
  // Those of the commit that still serves stay.
  const kept = async () => (await readdir(`${runner.folders.sources}/${first.space}`)).toSorted();
  assert.deepEqual(await kept(), [first.commit, last.commit].toSorted());
  await runner.serve(last, (_request, response) => response.end('second'));
  await becomes('RUNNING');
  assert.equal((await askSite(hub, { label: 'ann-demo', path: '/' }, bearer)).text, 'second');
  // It still answers what it was asked.
  await delay(100);
  assert.deepEqual(await kept(), [first.commit, last.commit].toSorted());
  runner.say({ type: 'ended', space: first.space, run, why: 'it was replaced' });
  await untilTrue('the files of the first are gone', async () => (await kept()).length === 1);
  assert.deepEqual(await kept(), [last.commit]);
});

void test('what is said of an older wish, or of a later one than there is, counts for nothing', async () => {
  await using opened = await openProgramHub();
  const { runner, ask, becomes } = opened;
  const first = await opened.begin();
  await ask('POST', '/restart');
  const second = await runner.wanted('ann/demo', ({ generation }) => generation > first.generation);
  runner.status(second, 'APP_STARTING');
  await becomes('APP_STARTING');
  runner.status(first, 'BUILD_ERROR', { message: 'late' });
  runner.status({ ...second, generation: second.generation + 7 }, 'RUNTIME_ERROR', { message: 'early' });
  await delay(200);
  assert.equal((await ask('GET', '/runtime')).answer.stage, 'APP_STARTING');
  runner.status(second, 'RUNTIME_ERROR', { message: 'it ended with code 3' });
  assert.equal((await becomes('RUNTIME_ERROR')).errorMessage, 'it ended with code 3');
});

void test('of two pushes during one build the last counts, and no files of the other stay', async () => {
  await using opened = await openProgramHub();
  const { runner } = opened;
  const first = await opened.begin();
  runner.status(first, 'BUILDING');
  await opened.push('app.py', 'print(2)');
  await opened.push('app.py', 'print(3)');
  const { head } = (await opened.hub.modules.repos.findById(opened.repo.id)) ?? {};
  const last = await runner.wanted('ann/demo', ({ commit }) => commit === head);
  await runner.serve(last, (_request, response) => response.end('third'));
  await opened.becomes('RUNNING');
  const kept = async () => await readdir(`${runner.folders.sources}/${first.space}`);
  await untilTrue('files of one commit are kept', async () => (await kept()).length === 1);
  assert.deepEqual(await kept(), [last.commit]);
});

void test('a Space that is paused or deleted is dropped, and its files go', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, bearer, ask, becomes } = opened;
  const want = await opened.begin();
  await runner.serve(want, (_request, response) => response.end('first'));
  await becomes('RUNNING');
  assert.equal((await ask('POST', '/pause')).answer.stage, 'PAUSED');
  assert.deepEqual(await runner.sent('drop'), { type: 'drop', space: want.space, forget: false });
  assert.equal((await askSite(hub, { label: 'ann-demo', path: '/' }, bearer)).status, 503);
  assert.equal((await ask('POST', '/restart')).answer.stage, 'BUILDING');
  await runner.wanted('ann/demo', ({ generation }) => generation > want.generation);
  const from = runner.heard.length;
  await fetch(`${hub.url}/api/repos/delete`, {
    method: 'DELETE',
    headers: { ...bearer, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'space', name: 'demo' }),
  });
  assert.deepEqual(await runner.sent('drop', from), { type: 'drop', space: want.space, forget: true });
  await untilTrue('its files are gone', async () => (await readdir(runner.folders.sources)).length === 0);
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query('select repo_id from spaces.run');
  assert.deepEqual(rows, []);
});

void test('a runner that comes anew is told everything again, and of a Space that slept, that it sleeps', async () => {
  await using opened = await openProgramHub();
  const { runner, becomes } = opened;
  const want = await opened.begin();
  assert.equal(want.asleep, false);
  runner.status(want, 'SLEEPING');
  await becomes('SLEEPING');
  const from = runner.heard.length;
  runner.able();
  assert.deepEqual(await runner.sent('want', from), { ...want, asleep: true });
  await runner.sent('all-wanted', from);
});

void test('limits, sleep and egress are wanted as people decided, and refused in words where they cannot be', async () => {
  await using opened = await openProgramHub();
  const { runner, ask } = opened;
  const first = await opened.begin();
  const { answer } = await ask('POST', '/hardware', { flavor: 'cpu-upgrade', sleepTimeSeconds: 600 });
  assert.deepEqual([answer.hardware.requested, answer.gcTimeout], ['cpu-upgrade', 600]);
  const second = await runner.wanted('ann/demo', ({ generation }) => generation > first.generation);
  assert.deepEqual(second.hardware, {
    name: 'cpu-upgrade',
    cpus: 8,
    memoryBytes: 32 * 1024 ** 3,
    processes: 1_024,
  });
  assert.equal(second.sleepSeconds, 600);
  assert.equal((await ask('POST', '/sleeptime', { seconds: -1 })).answer.gcTimeout, null);
  const third = await runner.wanted('ann/demo', ({ sleepSeconds }) => sleepSeconds === null);
  assert.equal(third.generation, second.generation, 'no new run');
  const hosts = ['pypi.org', 'files.pythonhosted.org'];
  assert.deepEqual((await ask('PUT', '/egress', { kind: 'list', hosts })).answer, { kind: 'list', hosts });
  const fourth = await runner.wanted('ann/demo', ({ egress }) => egress.kind === 'list');
  assert.deepEqual(fourth.egress, { kind: 'list', hosts });
  assert.deepEqual((await ask('GET', '/egress')).answer, { kind: 'list', hosts });
  for (const [method, path, body, says] of [
    ['POST', '/hardware', { flavor: 'a100-large' }, /cpu-basic, cpu-upgrade/],
    ['POST', '/sleeptime', { seconds: 0 }, /seconds/],
    ['PUT', '/egress', { kind: 'list', hosts: ['10.0.0.1'] }, /"10\.0\.0\.1" is not the name of a host/],
  ] as const) {
    const refused = await ask(method, path, body);
    assert.equal(refused.status, 400, path);
    assert.match(refused.answer.error ?? '', says);
  }
});

void test('where no program can run, a Space says why, and the runner is asked for nothing', async () => {
  await using opened = await openProgramHub();
  const { runner, hub, bearer, becomes } = opened;
  runner.able('control groups cannot be written');
  assert.match((await becomes('CONFIG_ERROR')).errorMessage ?? '', /control groups cannot be written/);
  const page = await askSite(hub, { label: 'ann-demo', path: '/' }, bearer);
  assert.equal(page.status, 503);
  assert.match(page.text, /control groups cannot be written/);
  assert.deepEqual(runner.heard, [{ type: 'hello' }]);
});

void test('runs and refusals of their doors are on the ledger, and reads of private files by the hub', async () => {
  await using opened = await openProgramHub({ visibility: 'private' });
  const { hub, runner, repo } = opened;
  const want = await opened.begin();
  const run = await runner.serve(want, (_request, response) => response.end());
  await opened.becomes('RUNNING');
  const about = { space: want.space, run };
  for (let n = 0; n < 40; n += 1)
    runner.say({ type: 'refused', ...about, host: `h${n}.example`, why: 'not on the list', count: 2 });
  runner.say({ type: 'ended', ...about, why: 'asked to' });
  await untilTrue('the run has ended', async () => (await countEnded(hub)) === 1);
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query<{ kind: string; n: number }>(
    `select kind, count(*)::int as n from ledger.entry where subject = $1 and kind ~ '^(space|read)' group by 1 order by 1`,
    [`repo:${repo.id}`],
  );
  assert.deepEqual(rows, [
    { kind: 'read.private', n: 1 },
    { kind: 'space.egress-refused', n: 30 },
    { kind: 'space.run-ended', n: 1 },
    { kind: 'space.run-serves', n: 1 },
  ]);
});

void test('runs end on record when the runner is gone, and visitors are led to none of them', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, bearer, becomes } = opened;
  const want = await opened.begin();
  await runner.serve(want, (_request, response) => response.end('first'));
  await becomes('RUNNING');
  runner.gone();
  await becomes('APP_STARTING');
  runner.able();
  await runner.sent('all-wanted', runner.heard.length);
  const page = await askSite(hub, { label: 'ann-demo', path: '/' }, { ...bearer, accept: 'text/html' });
  assert.equal(page.status, 503);
  await untilTrue('the run has ended', async () => (await countEnded(hub)) > 0);
  assert.equal(await countEnded(hub), 1);
});

void test('a run that ends after its Space was let go is on record, and no other', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, becomes } = opened;
  const want = await opened.begin();
  const run = await runner.serve(want, (_request, response) => response.end());
  await becomes('RUNNING');
  await using superuser = openSuperuserPool(hub.database);
  await superuser.pool.query(`update spaces.run set holder = 'other', changed_in = pg_current_xact_id()`);
  await superuser.pool.query(`insert into spaces.runner values ('other', now() + interval '1 minute')`);
  await runner.sent('drop');
  for (const ended of [run, 'f'.repeat(24)])
    runner.say({ type: 'ended', space: want.space, run: ended, why: 'asked to' });
  await untilTrue('the run has ended', async () => (await countEnded(hub)) > 0);
  await delay(300);
  assert.equal(await countEnded(hub), 1);
});

void test('a Space that went away unseen is dropped when all is read anew', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  const want = await opened.begin();
  await runner.sent('all-wanted');
  await using superuser = openSuperuserPool(hub.database);
  await superuser.pool.query(`insert into spaces.runner values ('other', now() + interval '1 minute')`);
  // Nothing says that it changed.
  await superuser.pool.query(`update spaces.run set holder = 'other'`);
  const from = runner.heard.length;
  runner.able();
  assert.deepEqual(await runner.sent('drop', from), { type: 'drop', space: want.space, forget: false });
});

void test('a runner hears since when its hub has its Spaces: before the database was asked, and only where it took it', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  await opened.begin();
  const { since } = await runner.sent('held');
  const order = runner.heard.map(({ type }) => type);
  assert.ok(order.indexOf('held') < order.indexOf('want'), 'before anything is to run');
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query<{ until: Date }>(
    'select lease_until as until from spaces.runner',
  );
  assert.ok(since <= (rows[0]?.until.getTime() ?? 0) - LEASE_MS);
  const again = await runner.sent('held', runner.heard.length);
  assert.ok(again.since - since >= RENEW_MS);
  await superuser.pool.query('alter table spaces.runner rename to other');
  const from = runner.heard.length;
  await delay(RENEW_MS + 1_000);
  assert.deepEqual(runner.heard.slice(from), []);
});

async function countEnded({ database }: Pick<ServedHub, 'database'>): Promise<number> {
  await using superuser = openSuperuserPool(database);
  const { rows } = await superuser.pool.query(`select from ledger.entry where kind = 'space.run-ended'`);
  return rows.length;
}
