// An app begins a long download, or uploads that it sends slowly, with what the hub gave out for its run. All end when its Space is
// paused, although the run takes its time to end, and when the run ends; what is under way for others goes on.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { sampleOf, uploadFile } from '../harness/lfs.ts';
import { directly, type Ask } from '../harness/run-credentials.ts';
import { openStartableRuns, type StartableRuns } from '../harness/startable-runs.ts';

const LARGE = sampleOf(48 * MiB);
const NEW = sampleOf(8 * MiB);

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (holds()) return;
    await delay(20);
  }
  assert.fail(what);
}

interface Begun {
  readonly socket: Socket;
  /** What came back. */
  readonly text: () => string;
  readonly isOver: () => boolean;
}

/** Begins a request, and does not go on with it. */
async function begin(
  { opened }: StartableRuns,
  url: string,
  {
    method = 'GET',
    headers = {},
    first = MiB,
  }: { method?: string; headers?: Readonly<Record<string, string>>; first?: number },
): Promise<Begun> {
  const { hub } = opened;
  const before = hub.streams.size;
  const { pathname, search } = new URL(url);
  const socket = connect(hub.port, '127.0.0.1');
  let [text, isOver] = ['', false];
  socket.on('error', () => undefined).once('close', () => (isOver = true));
  const sent = {
    ...headers,
    Host: `127.0.0.1:${hub.port}`,
    ...(method !== 'GET' && { 'Content-Length': `${NEW.size}` }),
  };
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${pathname}${search} HTTP/1.1\r\n${lines.join('')}\r\n`);
  if (method === 'GET') {
    // Some of it is read, and then no more.
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
  } else {
    socket.setEncoding('latin1').on('data', (part: string) => (text += part));
    socket.write(NEW.bytes.subarray(0, first));
  }
  await until('it is under way', () => hub.streams.size === before + 1);
  return { socket, text: () => text, isOver: () => isOver };
}

async function linkTo(
  ask: Ask,
  { opened, model }: StartableRuns,
  operation: 'download' | 'upload',
): Promise<string> {
  const { oid, size } = operation === 'download' ? LARGE : NEW;
  const answer = await ask(`${opened.hub.url}/${model.repo}.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${model.token}`, 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({ operation, transfers: ['basic'], objects: [{ oid, size }], hash_algo: 'sha256' }),
  });
  const { objects } = JSON.parse(answer.text) as { objects: { actions: Record<string, { href: string }> }[] };
  return objects[0]?.actions[operation]?.href ?? assert.fail(answer.text);
}

/** Begins one of each for a run. */
async function beginAll(ground: StartableRuns, proof: string): Promise<Begun[]> {
  const { opened, model } = ground;
  const headers = { 'x-holdfast-run': proof };
  const ask = directly(headers);
  const asked = await ask(`${opened.hub.url}/api/models/${model.repo}/xet-write-token/main`, {
    headers: { authorization: `Bearer ${model.token}` },
  });
  const { casUrl, accessToken } = JSON.parse(asked.text) as { casUrl: string; accessToken: string };
  const bearer = { ...headers, authorization: `Bearer ${accessToken}` };
  const xorb = `${casUrl}/v1/xorbs/default/${'0'.repeat(64)}`;
  return [
    await begin(ground, await linkTo(ask, ground, 'download'), { headers }),
    await begin(ground, await linkTo(ask, ground, 'upload'), { headers, method: 'PUT' }),
    // Nothing of it yet, since what is no xorb is refused.
    await begin(ground, xorb, { headers: bearer, method: 'POST', first: 0 }),
  ];
}

async function openGround(stack: AsyncDisposableStack): Promise<StartableRuns> {
  const ground = await openStartableRuns(stack);
  const { opened, model } = ground;
  await uploadFile(opened.hub, { token: model.token, repo: model.repo, sample: LARGE, path: 'large.bin' });
  return ground;
}

const ENDS: Readonly<
  Record<string, (ground: StartableRuns, run: Parameters<StartableRuns['end']>[0]) => Promise<void>>
> = {
  'the end of a run': (ground, run) => Promise.resolve(ground.end(run)),
  'a pause of its Space': async ({ opened }) => {
    assert.equal((await opened.ask('POST', '/pause')).status, 200);
  },
};

for (const [name, end] of Object.entries(ENDS))
  void test(`${name} ends what is under way for it, and nothing else`, async () => {
    await using stack = new AsyncDisposableStack();
    const ground = await openGround(stack);
    const { hub } = ground.opened;
    const { run, proof } = await ground.start();
    const others = [await begin(ground, await linkTo(directly(), ground, 'download'), {})];
    const own = await beginAll(ground, proof);
    // Long enough for its right to be asked again while it lives.
    await delay(1_200);
    assert.equal(hub.streams.size, others.length + own.length);
    await end(ground, run);
    await until('they have ended', () => hub.streams.size === others.length);
    for (const { socket } of own) socket.resume();
    await until('their connections have', () => own.every(({ isOver }) => isOver()));
    assert.match(own[1]?.text() ?? '', /^HTTP\/1\.1 403 .*x-error-code: LinkEnded/is);
    assert.match(own[2]?.text() ?? '', /^HTTP\/1\.1 401 /);
    assert.ok(others.every(({ isOver }) => !isOver()));
    for (const { socket } of others) socket.destroy();
  });
