// The logs and the metrics of a Space, as streams of events.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Want } from '@holdfast/runner/frames';
import { openProgramHub, PROGRAM_FILES, type ProgramHub } from '../../harness/program-hub.ts';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { untilTrue } from '../../harness/vault-doors.ts';

function log({ runner }: ProgramHub, { space }: Want, texts: readonly string[]): void {
  const at = new Date().toISOString();
  runner.say({ type: 'log', space, kind: 'build', fresh: false, lines: texts.map((text) => ({ at, text })) });
}

/** Follows; what came so far, and the end. */
function follow({ hub, bearer }: Pick<ProgramHub, 'hub' | 'bearer'>, path: string, space = 'ann/demo') {
  const stop = new AbortController();
  const said: string[] = [];
  const ended = (async () => {
    const answer = await fetch(`${hub.url}/api/spaces/${space}${path}`, {
      headers: bearer,
      signal: stop.signal,
    });
    assert.equal(answer.status, 200);
    const text = new TextDecoder();
    for await (const part of answer.body ?? []) said.push(text.decode(part));
  })().catch((error: unknown) => (error as Error).name);
  return { said, ended, stop: () => stop.abort(), text: () => said.join('') };
}

const linesIn = (text: string): string[] =>
  [...text.matchAll(/^data: (.+)$/gm)].map(([, json = '']) => (JSON.parse(json) as { data: string }).data);

void test('a log is followed to the end of the build, beginning with what the README has to hear', async () => {
  await using opened = await openProgramHub({
    files: { 'README.md': '---\nsdk: gradio\nhf_oauth: true\n---\n', 'app.py': '1' },
  });
  const want = await opened.begin();
  runnerBuilds(opened, want);
  log(opened, want, ['one', 'two']);
  await delay(100);
  const build = follow(opened, '/logs/build');
  await delay(200);
  log(opened, want, ['three']);
  await delay(100);
  opened.runner.status(want, 'BUILD_ERROR', { message: 'no' });
  assert.equal(await build.ended, undefined);
  assert.deepEqual(linesIn(build.text()), [
    'README.md: "hf_oauth" has no effect on this hub\n',
    ...['one\n', 'two\n', 'three\n'],
  ]);
  const last = follow(opened, '/logs/build?tail=1');
  await last.ended;
  assert.deepEqual(linesIn(last.text()).slice(1), ['three\n']);
});

function runnerBuilds({ runner }: ProgramHub, want: Want): void {
  runner.status(want, 'BUILDING');
}

void test('a program that writes without end fills no memory, and who follows slowly is told what is gone', async () => {
  await using opened = await openProgramHub();
  const want = await opened.begin();
  runnerBuilds(opened, want);
  for (let n = 0; n < 30; n += 1)
    log(
      opened,
      want,
      Array.from({ length: 400 }, (_none, at) => `${n * 400 + at} ${'x'.repeat(200)}`),
    );
  opened.runner.status(want, 'BUILD_ERROR');
  // What was said before is kept by then, so that it is not followed line by line.
  await opened.becomes('BUILD_ERROR');
  const build = follow(opened, '/logs/build');
  await build.ended;
  const lines = linesIn(build.text());
  assert.ok(lines.length > 1_000 && lines.length <= 5_000, String(lines.length));
  assert.match(lines.at(-1) ?? '', /^11999 /);
});

void test('who may no longer write is cut off within a second; who only reads sees no log', async () => {
  await using opened = await openProgramHub();
  const { hub } = opened;
  runnerBuilds(opened, await opened.begin());
  const bob = await hub.addUser('bob');
  const refused = await fetch(`${hub.url}/api/spaces/ann/demo/logs/run`, {
    headers: { authorization: `Bearer ${bob}` },
  });
  assert.equal(refused.status, 403);
  const second = await hub.addToken('ann', 'write');
  const other = { ...opened, bearer: { authorization: `Bearer ${second.text}` } };
  const followed = follow(other, '/logs/run');
  while (hub.streams.size === 0) await delay(20);
  await hub.modules.tokens.revoke(OPERATOR, second.id as Parameters<typeof hub.modules.tokens.revoke>[1]);
  const ended = await Promise.race([followed.ended, delay(1_000, 'still open')]);
  assert.notEqual(ended, 'still open');
  followed.stop();
});

void test('who loses role, membership or account through another hub is cut off within a second', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  await using other = await openServedHub({ on: hub.database });
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ann' });
  const { actor } = await hub.modules.authentication.authenticate(opened.token);
  const files = Object.entries(PROGRAM_FILES).map(([path, text]) => [path, Buffer.from(text)] as const);
  const wish = {
    type: 'space',
    namespace: 'acme',
    name: 'demo',
    visibility: 'private',
    sdk: 'gradio',
  } as const;
  await hub.modules.changes.create(actor, { ...wish, licence: null, files: Object.fromEntries(files) });
  runner.able();
  runner.status(await runner.wanted('acme/demo'), 'BUILDING');
  const { members, identity } = other.modules;
  const losses: Readonly<Record<string, (user: string) => Promise<unknown>>> = {
    bob: async (user) => await members.put(OPERATOR, { org: 'acme', user, role: 'read' }),
    cleo: async (user) => await members.remove(OPERATOR, { org: 'acme', user }),
    dan: async (user) => await identity.disableUser(OPERATOR, user),
  };
  for (const [user, lose] of Object.entries(losses)) {
    const bearer = { authorization: `Bearer ${await hub.addUser(user)}` };
    await hub.modules.members.put(OPERATOR, { org: 'acme', user, role: 'write' });
    const followed = follow({ hub, bearer }, '/logs/run', 'acme/demo');
    while (hub.streams.size === 0) await delay(20);
    await lose(user);
    const ended = await Promise.race([followed.ended, delay(1_000, 'still open')]);
    assert.notEqual(ended, 'still open', user);
    followed.stop();
    while (hub.streams.size > 0) await delay(20);
  }
});

void test('metrics say what the run uses, once for each time that the runner says so', async () => {
  await using opened = await openProgramHub();
  const want = await opened.begin();
  const run = await opened.runner.serve(want, (_request, response) => response.end());
  await opened.becomes('RUNNING');
  const metrics = follow(opened, '/metrics');
  const events = () =>
    [...metrics.text().matchAll(/^event: metric\ndata: (.+)$/gm)].map(
      ([, json = '']) => JSON.parse(json) as Record<string, number>,
    );
  const usage = { memoryBytes: 1_000, memoryLimitBytes: 2_000, cpus: 2, receivedBytes: 0, sentBytes: 0 };
  opened.runner.say({ type: 'usage', space: want.space, run, cpuMs: 0, ...usage });
  const began = performance.now();
  await untilTrue('the first came', () => events().length > 0);
  await delay(400);
  // One processor, and ten bytes in a millisecond, however long it took.
  const ms = Math.ceil(performance.now() - began);
  opened.runner.say({ type: 'usage', space: want.space, run, cpuMs: ms, ...usage, sentBytes: 10 * ms });
  await untilTrue('the second came', () => events().length > 1);
  await delay(300);
  metrics.stop();
  await metrics.ended;
  const [first, second, ...more] = events();
  assert.deepEqual(more, []);
  assert.deepEqual([first?.['cpu_millicores'], first?.['memory_used_bytes']], [2_000, 1_000]);
  assert.ok((second?.['cpu_usage_pct'] ?? 0) > 20 && (second?.['tx_bps'] ?? 0) > 4_000);
});
