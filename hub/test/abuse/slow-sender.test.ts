// An attacker opens uploads and sends a byte now and then, to hold connections, files and buffers for ever.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { startInstance, type Instance } from '../harness/instance.ts';
import { sampleOf, uploadLink } from '../harness/lfs.ts';
import { peakWhile } from '../harness/memory.ts';
import { residentBytes } from '../harness/processes.ts';
import { openServedHub } from '../harness/served-hub.ts';

void test('an upload whose bytes stop coming is given up, and nothing of it is kept', async () => {
  await using hub = await openServedHub({ limits: { idleTimeout: 400 } });
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const sample = sampleOf(100_000);
  const href = new URL(await uploadLink(hub, { token, repo: 'ada/model', sample }));
  const socket = connect(hub.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const startedAt = performance.now();
  socket.write(
    `PUT ${href.pathname}${href.search} HTTP/1.1\r\nHost: ${href.host}\r\nContent-Length: ${sample.size}\r\n\r\nx`,
  );
  await closed;
  assert.ok(performance.now() - startedAt < 5_000);
  for (let turn = 0; turn < 3_000 && hub.streams.size > 0; turn += 1) await wait(10);
  assert.equal(hub.streams.size, 0);
  for (const folder of await readdir(`${hub.objects}/incoming`))
    assert.deepEqual(await readdir(`${hub.objects}/incoming/${folder}`), []);
  assert.deepEqual(
    hub.lines.filter((line) => line.includes('bug')),
    [],
  );
});

const BODIES: readonly ('commit' | 'upload')[] = ['commit', 'upload'];

for (const kind of BODIES)
  void test(`the fast bytes of one ${kind} buy no time to dribble the others`, async () => {
    await using hub = await openServedHub({ limits: { idleTimeout: 2_000 } });
    const token = await hub.addUser('ada');
    await hub.addRepo('ada/model');
    const sample = sampleOf(8 * MiB);
    const href =
      kind === 'upload'
        ? new URL(await uploadLink(hub, { token, repo: 'ada/model', sample }))
        : new URL(`${hub.url}/api/models/ada/model/commit/main`);
    const bytes =
      kind === 'upload'
        ? sample.bytes
        : Buffer.from(`{"key":"file","value":{"content":"${'x'.repeat(8 * MiB)}`);
    const socket = connect(hub.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `${kind === 'upload' ? 'PUT' : 'POST'} ${href.pathname}${href.search} HTTP/1.1\r\nHost: ${href.host}\r\n` +
        `Authorization: Bearer ${token}\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${8 * MiB}\r\n\r\n`,
    );
    // These alone would be worth a quarter of an hour.
    socket.write(bytes.subarray(0, 4 * MiB));
    const startedAt = performance.now();
    const timer = setInterval(() => socket.write('x'), 500);
    await Promise.race([closed, wait(20_000)]);
    clearInterval(timer);
    socket.destroy();
    assert.ok(performance.now() - startedAt < 19_000);
  });

const SENDERS = 500;
const MOST_GROWTH = 150 * MiB;
/** Of a million bytes that are announced. */
const SENT = Buffer.concat([Buffer.from('{"content":"'), Buffer.alloc(990_000, 'x')]);

/** Senders of bodies that never end; each sends a byte a second so as not to look silent. */
function openSenders(port: number): { left: () => number } & Disposable {
  const sockets = new Set<Socket>();
  for (let n = 0; n < SENDERS; n += 1) {
    const socket = connect(port, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => undefined).resume();
    socket.once('close', () => sockets.delete(socket));
    socket.write(
      `POST /api/validate-yaml HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n`,
    );
    socket.write(SENT);
  }
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writableLength === 0) socket.write('x');
  }, 1_000);
  return {
    left: () => sockets.size,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The status of an honest call and how long it took, in milliseconds. */
async function check(
  { port }: Instance,
  from: { localAddress?: string; token?: string },
): Promise<{ status: number | undefined; ms: number }> {
  const startedAt = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const { localAddress, token } = from;
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const options = {
    host: '127.0.0.1',
    port,
    path: '/api/validate-yaml',
    method: 'POST',
    agent: false,
  } as const;
  request({ ...options, headers: { ...headers, host: `localhost:${port}` }, localAddress }, (answer) => {
    answer.resume().once('end', () => resolve(answer.statusCode));
  })
    .once('error', reject)
    .end(JSON.stringify({ content: `---\nlicense: mit\n---\n${'x'.repeat(100_000)}`, repoType: 'model' }));
  return { status: await promise, ms: performance.now() - startedAt };
}

void test('500 slow bodies neither fill the memory nor stay, and others go on being answered', async () => {
  await using instance = await startInstance();
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const pid = await instance.hubPid();
  const idle = await residentBytes(pid);
  const startedAt = performance.now();
  const honest: { status: number | undefined; ms: number }[] = [];
  using senders = openSenders(instance.port);
  const peak = await peakWhile(pid, async () => {
    await wait(2_000);
    while (senders.left() > 0 && performance.now() - startedAt < 60_000) {
      honest.push(await check(instance, { token }), await check(instance, { localAddress: '127.0.0.2' }));
      await wait(1_000);
    }
  });
  assert.equal(senders.left(), 0, 'all were ended within a minute');
  assert.ok(peak - idle < MOST_GROWTH, `${Math.round((peak - idle) / MiB)} MiB more`);
  assert.ok(honest.length > 10);
  for (const { status, ms } of honest) {
    assert.equal(status, 200);
    assert.ok(ms < 2_000, `${Math.round(ms)} ms`);
  }
});
