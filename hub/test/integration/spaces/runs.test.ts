// What the hub wants of its runner, what it makes of what the runner says, and who is let to a program.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { askSite } from '../../harness/site.ts';
import { StandInRunner } from '../../harness/stand-in-runner.ts';

const README = '---\nsdk: gradio\nsdk_version: 5.49.1\ntitle: A demo\n---\n';
const FILES = { 'README.md': README, 'app.py': 'print(1)', 'lib/part.py': 'x = 1' };

async function openHub(options: Parameters<typeof openServedHub>[0] = {}) {
  await using opened = new AsyncDisposableStack();
  const runner = opened.use(await StandInRunner.open());
  const hub = opened.use(await openServedHub({ ...options, ...runner.options }));
  const token = await hub.addUser('ann');
  const repo = await hub.addRepo('ann/demo', {
    type: 'space',
    visibility: 'public',
    sdk: 'gradio',
    files: FILES,
  });
  const bearer = { authorization: `Bearer ${token}` };
  return { hub, runner, repo, token, bearer, opened: opened.move() };
}

type Runtime = {
  stage: string;
  errorMessage?: string;
  gcTimeout: number | null;
  hardware: { current: string | null; requested: string | null };
  notices: string[];
};

function clientOf(hub: ServedHub, token: string) {
  return async (
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; answer: Runtime }> => {
    const answer = await fetch(`${hub.url}/api/spaces/ann/demo${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: answer.status, answer: (await answer.json()) as Runtime };
  };
}

/** The stage, once it is this one. */
async function becomes(ask: ReturnType<typeof clientOf>, stage: string): Promise<Runtime> {
  let now = '';
  for (let tries = 0; tries < 200; tries += 1) {
    const { answer } = await ask('GET', '/runtime');
    if (answer.stage === stage) return answer;
    now = answer.stage;
    await delay(25);
  }
  assert.fail(`the stage is ${now}, not ${stage}`);
}

void test('what is wanted of a Space is told to a runner that comes, with its files', async () => {
  const { runner, repo, opened } = await openHub();
  await using _opened = opened;
  await delay(600);
  assert.deepEqual(runner.heard, [{ type: 'hello' }]);
  runner.able();
  const want = await runner.wanted('ann/demo');
  assert.equal(want.space, repo.id);
  assert.equal(want.commit, repo.head);
  assert.deepEqual(want.app, {
    ...{ sdk: 'gradio', sdkVersion: '5.49.1', pythonVersion: null, file: 'app.py', port: 7860 },
    startupSeconds: 1_800,
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

void test('stages follow what the runner says, and visitors reach the run', async () => {
  const { hub, runner, token, bearer, opened } = await openHub();
  await using _opened = opened;
  runner.able();
  const ask = clientOf(hub, token);
  const want = await runner.wanted('ann/demo');
  await becomes(ask, 'BUILDING');
  runner.status(want, 'APP_STARTING');
  await becomes(ask, 'APP_STARTING');
  await runner.serve(want, (request, response) => {
    response.setHeader('x-from', 'app');
    response.end(
      `${request.method} ${request.url} ${request.headers['x-forwarded-proto']} ${request.headers.host}`,
    );
  });
  const { hardware, gcTimeout } = await becomes(ask, 'RUNNING');
  assert.deepEqual(hardware, { current: 'cpu-basic', requested: 'cpu-basic' });
  assert.equal(gcTimeout, 172_800);
  const answer = await askSite(hub, { label: 'ann-demo', path: '/a?b=c', method: 'POST' }, bearer);
  assert.deepEqual([answer.status, answer.headers['x-from']], [200, 'app']);
  assert.equal(answer.text, `POST /a?b=c http ann-demo.localhost:${hub.port}`);
});

void test('a push, a variable and a restart each want a new run; what served goes on meanwhile', async () => {
  const { hub, runner, token, bearer, opened } = await openHub();
  await using _opened = opened;
  runner.able();
  const ask = clientOf(hub, token);
  const first = await runner.wanted('ann/demo');
  await runner.serve(first, (_request, response) => response.end('first'));
  await becomes(ask, 'RUNNING');
  await ask('POST', '/variables', { key: 'A', value: '1' });
  const second = await runner.wanted('ann/demo', ({ generation }) => generation > first.generation);
  assert.deepEqual(
    second.variables.filter(({ name }) => name === 'A'),
    [{ name: 'A', value: '1' }],
  );
  await becomes(ask, 'RUNNING_BUILDING');
  assert.equal((await askSite(hub, { label: 'ann-demo', path: '/' }, bearer)).text, 'first');
  const { answer } = await ask('POST', '/restart?factory=true');
  assert.equal(answer.stage, 'RUNNING_BUILDING');
  const third = await runner.wanted('ann/demo', ({ generation }) => generation > second.generation);
  assert.equal(third.factory, 1);
  const file = { key: 'file', value: { path: 'app.py', content: 'print(2)' } };
  const lines = [{ key: 'header', value: { summary: 'second' } }, file].map((line) => JSON.stringify(line));
  const pushed = await fetch(`${hub.url}/api/spaces/ann/demo/commit/main`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  assert.equal(pushed.status, 200);
  const last = await runner.wanted('ann/demo', ({ commit }) => commit !== first.commit);
  assert.ok(last.generation > third.generation);
  // Those of the commit that still serves stay.
  const kept = async () => (await readdir(`${runner.folders.sources}/${first.space}`)).toSorted();
  assert.deepEqual(await kept(), [first.commit, last.commit].toSorted());
  await runner.serve(last, (_request, response) => response.end('second'));
  await becomes(ask, 'RUNNING');
  assert.equal((await askSite(hub, { label: 'ann-demo', path: '/' }, bearer)).text, 'second');
  assert.deepEqual(await kept(), [last.commit]);
});

void test('a Space that is paused or deleted is dropped, and its files go', async () => {
  const { hub, runner, token, bearer, opened } = await openHub();
  await using _opened = opened;
  runner.able();
  const ask = clientOf(hub, token);
  const want = await runner.wanted('ann/demo');
  await runner.serve(want, (_request, response) => response.end('first'));
  await becomes(ask, 'RUNNING');
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
  await delay(100);
  assert.deepEqual(await readdir(runner.folders.sources), []);
});

void test('a runner that comes anew is told everything again, and of a Space that slept, that it sleeps', async () => {
  const { hub, runner, token, opened } = await openHub();
  await using _opened = opened;
  runner.able();
  const ask = clientOf(hub, token);
  const want = await runner.wanted('ann/demo');
  assert.equal(want.asleep, false);
  runner.status(want, 'SLEEPING');
  await becomes(ask, 'SLEEPING');
  const from = runner.heard.length;
  runner.able();
  assert.deepEqual(await runner.sent('want', from), { ...want, asleep: true });
  await runner.sent('all-wanted', from);
});
