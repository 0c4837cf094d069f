// Who holds how much while bodies come, and who waits.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { KiB } from '@holdfast/kernel/size';
import { BodyRoom, type BodyShare } from './body-room.ts';

const CHUNK = 64 * KiB;

/** A body that holds all of its chunks in the room. */
class Body {
  readonly #chunks: AsyncGenerator<Uint8Array>;

  constructor(share: BodyShare) {
    this.#chunks = share.receive(endless());
  }

  async more(): Promise<unknown> {
    return await this.#chunks.next();
  }
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield await Promise.resolve(Buffer.alloc(CHUNK));
}

async function settled(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setImmediate(() => resolve(false)));
  return await Promise.race([promise.then(() => true), later]);
}

void test('BodyRoom lets a body grow while there is room, and waits when there is none', async () => {
  const room = new BodyRoom({ bytes: 3 * CHUNK, bytesPerSender: 3 * CHUNK });
  const first = await room.open('a');
  const second = await room.open('b');
  const body = new Body(second);
  await body.more();
  await body.more();
  assert.equal(room.held, 3 * CHUNK);
  const third = body.more();
  assert.equal(await settled(third), false);
  first[Symbol.dispose]();
  assert.equal(await settled(third), true);
  assert.equal(room.held, 3 * CHUNK);
  second[Symbol.dispose]();
  assert.equal(room.held, 0);
});

void test('BodyRoom lets the oldest body go on, so that not all wait for each other', async () => {
  const room = new BodyRoom({ bytes: 2 * CHUNK, bytesPerSender: 2 * CHUNK });
  const oldest = new Body(await room.open('a'));
  const next = new Body(await room.open('a'));
  await oldest.more();
  await next.more();
  assert.equal(await settled(oldest.more()), true);
  assert.equal(await settled(next.more()), false);
});

void test('BodyRoom keeps one sender from taking what others need', async () => {
  const room = new BodyRoom({ bytes: 10 * CHUNK, bytesPerSender: 2 * CHUNK });
  await room.open('a');
  await room.open('a');
  assert.equal(await settled(room.open('a')), false);
  assert.equal(await settled(room.open('b')), true);
});

void test('BodyRoom gives back what a whole body does not need', async () => {
  const room = new BodyRoom({ bytes: 10 * CHUNK, bytesPerSender: 10 * CHUNK });
  const share = await room.open('a');
  for await (const _chunk of share.receive([Buffer.alloc(10)] as unknown as AsyncIterable<Buffer>));
  assert.equal(room.held, CHUNK);
  share.settle();
  assert.equal(room.held, 10);
});

void test('BodyRoom refuses who waited too long, and forgets them', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const room = new BodyRoom({ bytes: CHUNK, bytesPerSender: CHUNK });
  const first = await room.open('a');
  const refused = room.open('b').then(
    () => 'opened',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  );
  t.mock.timers.tick(10_000);
  assert.equal(await refused, 'request.busy');
  first[Symbol.dispose]();
  assert.equal(room.held, 0);
  assert.equal(await settled(room.open('c')), true);
});
