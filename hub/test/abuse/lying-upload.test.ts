// A sender lies about size or digest, sends too much, too little or nothing, or hangs up in the middle.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { askOne, put, sampleOf, uploadLink, type Sample } from '../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { untilTrue } from '../harness/vault-doors.ts';

interface Scene {
  readonly hub: ServedHub;
  readonly sample: Sample;
  readonly href: string;
  /** Fails when anything of the upload is left. */
  readonly nothingLeft: () => Promise<void>;
}

async function setUp(size = 200_000): Promise<Scene & AsyncDisposable> {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(size);
  const href = await uploadLink(hub, { token, repo: 'ada/model', sample });
  const nothingLeft = async (): Promise<void> => {
    assert.equal(await hub.modules.blobs.find(id, sample.oid as Sha256), undefined);
    assert.equal(await hub.modules.store.has(sample.oid as Sha256), false);
    const left: string[] = [];
    for (const folder of await readdir(`${hub.objects}/incoming`))
      left.push(...(await readdir(`${hub.objects}/incoming/${folder}`)));
    assert.deepEqual(left, []);
  };
  return { hub, sample, href, nothingLeft, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

const PATIENCE_MS = 1_500;

/** Sends a request head and a body, in pieces. */
function beginRaw(scene: Scene, head: readonly string[], body: readonly Buffer[]) {
  const url = new URL(scene.href);
  const socket = connect(scene.hub.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => undefined);
  socket.write(
    [`PUT ${url.pathname}${url.search} HTTP/1.1`, `Host: ${url.host}`, ...head, '', ''].join('\r\n'),
  );
  for (const chunk of body) socket.write(chunk);
  const leave = async (): Promise<void> => {
    await Promise.race([closed, wait(PATIENCE_MS)]);
    socket.destroy();
  };
  return { socket, received: () => received, leave };
}

/** Sends them, and gives what came back once there is an answer, until the connection closed or was left. */
async function sendRaw(scene: Scene, head: readonly string[], body: readonly Buffer[]): Promise<string> {
  const { socket, received, leave } = beginRaw(scene, head, body);
  const isAnswered = (): boolean => /^HTTP\/1\.1 [2-5]\d\d [^]*\r\n\r\n/m.test(received());
  await untilTrue('an answer', () => isAnswered() || socket.destroyed);
  await leave();
  return received();
}

void test('bytes with another digest are refused and leave nothing', async () => {
  await using scene = await setUp();
  const answer = await put(scene.href, sampleOf(scene.sample.size).bytes);
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.get('x-error-code'), 'ObjectDigestMismatch');
  await scene.nothingLeft();
});

void test('an announced length that was not agreed is refused before a byte is read', async () => {
  await using scene = await setUp();
  for (const length of [scene.sample.size + 1, scene.sample.size - 1, 0]) {
    const head = [`Content-Length: ${length}`, 'Connection: close'];
    const received = await sendRaw(scene, head, []);
    assert.match(received, /^HTTP\/1\.1 400 /);
    assert.match(received, /x-error-code: ObjectSizeMismatch/i);
  }
  await scene.nothingLeft();
});

void test('a chunked body that goes on is cut off at the agreed size', async () => {
  await using scene = await setUp();
  const chunk = Buffer.concat([Buffer.from('40000\r\n'), Buffer.alloc(0x40000, 1), Buffer.from('\r\n')]);
  const received = await sendRaw(
    scene,
    ['Transfer-Encoding: chunked', 'Connection: close'],
    [chunk, chunk, chunk],
  );
  assert.match(received, /^HTTP\/1\.1 400 /);
  await scene.nothingLeft();
});

void test('a body that ends early leaves nothing, and is no bug', async () => {
  await using scene = await setUp();
  const head = [`Content-Length: ${scene.sample.size}`];
  await beginRaw(scene, head, [scene.sample.bytes.subarray(0, 100_000)]).leave();
  const isGone = async (): Promise<boolean> =>
    await scene.nothingLeft().then(
      () => true,
      () => false,
    );
  await untilTrue('nothing is left', isGone);
  assert.deepEqual(
    scene.hub.lines.filter((line) => line.includes('bug')),
    [],
  );
});

void test('a chunked body that is too short is refused', async () => {
  await using scene = await setUp();
  const received = await sendRaw(
    scene,
    ['Transfer-Encoding: chunked', 'Connection: close'],
    [Buffer.from('3\r\nabc\r\n0\r\n\r\n')],
  );
  assert.match(received, /^HTTP\/1\.1 400 /);
  await scene.nothingLeft();
});

void test('two lengths, or a length beside chunks, are refused as smuggling', async () => {
  await using scene = await setUp();
  const { size } = scene.sample;
  for (const head of [
    [`Content-Length: ${size}`, `Content-Length: 3`],
    [`Content-Length: ${size}`, 'Transfer-Encoding: chunked'],
  ])
    assert.match(await sendRaw(scene, head, [Buffer.from('3\r\nabc\r\n0\r\n\r\n')]), /^HTTP\/1\.1 400 /);
  await scene.nothingLeft();
});

void test('a sender who waits for an invitation is refused without one', async () => {
  await using scene = await setUp();
  const expecting = ['Expect: 100-continue', 'Connection: close'];
  const wrong = await sendRaw(scene, [...expecting, 'Content-Length: 5'], []);
  assert.match(wrong, /^HTTP\/1\.1 400 /);
  const right = await sendRaw(
    scene,
    [...expecting, `Content-Length: ${scene.sample.size}`],
    [scene.sample.bytes],
  );
  assert.match(right, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
});

void test('parts of another length, a part too many and parts with wrong tags make no object', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(4 * MiB + 5);
  const wish = { token, repo: 'ada/model', operation: 'upload', sample, transfers: ['multipart'] } as const;
  const { actions } = await askOne(hub, wish);
  const header = actions?.upload?.header ?? {};
  assert.equal((await put(header['00001'] ?? '', sample.bytes.subarray(0, MiB - 1))).status, 400);
  assert.equal((await put(header['00005'] ?? '', sample.bytes.subarray(0, MiB))).status, 400);
  const beyond = (header['00005'] ?? '').replace('/5?', '/6?');
  assert.equal((await put(beyond, sample.bytes.subarray(0, 5))).status, 403);
  const parts: { partNumber: number; etag: string }[] = [];
  for (let part = 1; part <= 5; part += 1) {
    const bytes = part === 2 ? Buffer.alloc(MiB) : sample.bytes.subarray((part - 1) * MiB, part * MiB);
    const sent = await put(header[String(part).padStart(5, '0')] ?? '', bytes);
    parts.push({ partNumber: part, etag: sent.headers.get('etag') ?? '' });
  }
  const complete = async (named: unknown, oid = sample.oid): Promise<number> =>
    (
      await fetch(actions?.upload?.href ?? '', {
        method: 'POST',
        body: JSON.stringify({ oid, parts: named }),
      })
    ).status;
  assert.equal(await complete(parts.slice(1)), 400);
  assert.equal(await complete(parts.map((part) => ({ ...part, etag: '"0"' }))), 400);
  assert.equal(await complete('all'), 400);
  assert.equal(await complete(parts, sampleOf(3).oid), 400);
  assert.equal(await complete(parts), 400);
  assert.equal(await complete(parts), 404);
  assert.equal(await hub.modules.blobs.find(id, sample.oid as Sha256), undefined);
  assert.equal(await hub.modules.store.has(sample.oid as Sha256), false);
});

void test('a store without room refuses before the body, and says so', async (t) => {
  await using hub = await openServedHub({ limits: { reservedBytes: 2 ** 50, reservedShare: 2 } });
  const token = await hub.addUser('ada');
  // The repository was made while there was room.
  const before = t.mock.method(hub.modules.space, 'check', () => Promise.resolve());
  await hub.addRepo('ada/model');
  before.mock.restore();
  const sample = sampleOf(1000);
  const answer = await put(await uploadLink(hub, { token, repo: 'ada/model', sample }), sample.bytes);
  assert.equal(answer.status, 507);
  assert.equal(answer.headers.get('x-error-code'), 'ObjectStoreFull');
});
