// The pump against real files and sockets: exact bytes, and clean ends when either side fails.
import assert from 'node:assert/strict';
import { constants } from 'node:fs';
import { mkdtemp, open, readdir, rm, truncate, writeFile, type FileHandle } from 'node:fs/promises';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { KiB, MiB } from '@holdfast/kernel/size';
import { BufferPool } from '../src/buffer-pool.ts';
import { pumpFile, type PumpOptions, type Pumped } from '../src/byte-pump.ts';
import { patterned } from './objects/contract.ts';

const SIZE = 9 * MiB + 13;
const content = patterned(SIZE);

interface Fixture extends AsyncDisposable {
  readonly file: FileHandle;
  readonly path: string;
  /** The end that the pump writes to. */
  readonly near: Socket;
  /** The end of the peer. */
  readonly far: Socket;
  readonly buffers: BufferPool;
  pump(options?: Partial<PumpOptions>): Promise<Pumped>;
}

async function openFixture(): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-pump-'));
  const path = join(directory, 'file');
  await writeFile(path, content);
  const file = await open(path, constants.O_RDONLY);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const near = await accepted;
  far.on('error', () => undefined);
  const buffers = new BufferPool();
  return {
    file,
    path,
    near,
    far,
    buffers,
    pump: (options = {}) => pumpFile({ fd: file.fd, start: 0, end: SIZE, to: near, buffers, ...options }),
    [Symbol.asyncDispose]: async () => {
      near.destroy();
      far.destroy();
      server.close();
      await file.close();
      await rm(directory, { recursive: true });
      assert.equal(buffers.lent, 0, 'no buffer stayed lent');
    },
  };
}

async function readToEnd(socket: Socket): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(socket as AsyncIterable<Buffer>));
}

void test('pumpFile() moves exactly the range, also with buffers smaller than it', async () => {
  for (const [start, end] of [
    [0, SIZE],
    [5, 6],
    [MiB - 1, 3 * MiB + 1],
    [SIZE - 1, SIZE],
    [7, 7],
  ] as const) {
    await using fixture = await openFixture();
    const received = readToEnd(fixture.far);
    assert.deepEqual(await fixture.pump({ start, end }), { bytes: end - start, outcome: 'complete' });
    fixture.near.end();
    assert.ok((await received).equals(content.subarray(start, end)), `${start}-${end}`);
  }
});

void test('pumpFile() does not reuse a buffer that a slow peer has not taken yet', async () => {
  await using fixture = await openFixture();
  const buffers = new BufferPool({ size: 32 * KiB, small: 1 });
  const pumped = fixture.pump({ buffers });
  await new Promise((resolve) => setTimeout(resolve, 200)); // until the system's own buffers are full
  const chunks: Buffer[] = [];
  let left = SIZE;
  for await (const chunk of fixture.far as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    left -= chunk.length;
    if (chunks.length % 8 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    if (left === 0) break;
  }
  assert.equal((await pumped).outcome, 'complete');
  assert.ok(Buffer.concat(chunks).equals(content));
});

void test('pumpFile() destroys the connection and throws when the file is shorter', async () => {
  await using fixture = await openFixture();
  await truncate(fixture.path, MiB + 1);
  const received = readToEnd(fixture.far);
  await assert.rejects(fixture.pump(), /a file ended at 1048577, before byte/);
  assert.equal(fixture.near.destroyed, true);
  const bytes = await received.catch(() => Buffer.alloc(0));
  assert.ok(bytes.equals(content.subarray(0, bytes.length)), 'nothing was made up');
});

void test('pumpFile() ends when the peer goes away', async () => {
  await using fixture = await openFixture();
  const pumped = fixture.pump();
  fixture.far.once('readable', () => fixture.far.resetAndDestroy());
  const { bytes, outcome } = await pumped;
  assert.equal(outcome, 'gone');
  assert.ok(bytes < SIZE);
  assert.deepEqual(await fixture.pump(), { bytes: 0, outcome: 'gone' });
});

void test('pumpFile() ends when it is aborted, also before it began', async () => {
  await using fixture = await openFixture();
  const controller = new AbortController();
  const pumped = fixture.pump({ signal: controller.signal });
  setTimeout(() => controller.abort(), 50); // the peer reads nothing, so the pump is stuck by then
  assert.equal((await pumped).outcome, 'aborted');
  assert.equal(fixture.near.destroyed, true);
  assert.deepEqual(await fixture.pump({ signal: controller.signal }), { bytes: 0, outcome: 'aborted' });
});

void test('pumpFile() ends a peer that reads too slowly, and no other', async () => {
  await using stuck = await openFixture();
  const began = performance.now();
  assert.equal((await stuck.pump({ slowAfterMs: 100 })).outcome, 'slow');
  assert.ok(performance.now() - began < 2000);
  await using steady = await openFixture();
  const buffers = new BufferPool({ size: 64 * KiB, small: 1 });
  const pumped = steady.pump({ slowAfterMs: 300, buffers });
  void (async () => {
    for await (const _ of steady.far) await new Promise((resolve) => setTimeout(resolve, 2));
  })().catch(() => undefined);
  assert.equal((await pumped).outcome, 'complete');
});

void test('pumpFile() leaves no listeners on a connection that lives on', async () => {
  await using fixture = await openFixture();
  fixture.far.resume();
  const count = (): number => fixture.near.listenerCount('close') + fixture.near.listenerCount('error');
  const before = count();
  await fixture.pump();
  assert.equal(count(), before);
});

void test('pumpFile() keeps no descriptor of its own', async () => {
  const countOpen = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  const before = await countOpen();
  for (let round = 0; round < 20; round += 1) {
    await using fixture = await openFixture();
    const pumped = fixture.pump();
    fixture.far.once('readable', () => fixture.far.destroy());
    await pumped;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok((await countOpen()) <= before + 2);
});
