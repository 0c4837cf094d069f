// An app whose sandbox is handed no socket: its connections wait at the door, and visitors are given them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { until } from './harness/brokered.ts';
import { openWorld, type TestDoor } from './harness/open-world.ts';

/** A connection that waits, and answers the request that comes on it. */
async function wait(door: TestDoor, word: string): Promise<Socket> {
  const socket = connect({ path: door.waiting, allowHalfOpen: true });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.on('data', () => {
    socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${word.length}\r\nConnection: close\r\n\r\n${word}`);
  });
  return socket;
}

async function visit(door: TestDoor): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  get({ socketPath: door.visits, agent: false }).on('response', resolve).on('error', reject);
  const answer = await promise;
  return `${answer.statusCode} ${await text(answer)}`;
}

void test('a visitor is given a connection that waits, and waits where there is none', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor({ incoming: null });
  await wait(door, 'first');
  assert.equal(await visit(door), '200 first');
  const late = visit(door);
  await delay(200);
  await wait(door, 'second');
  assert.equal(await late, '200 second');
});

void test(
  'a connection that ended while it waited is closed, and given to nobody',
  { timeout: 60_000 },
  async () => {
    await using world = await openWorld();
    await using door = await world.openDoor({ incoming: null });
    const gone = await wait(door, 'gone');
    const closed = once(gone, 'close');
    gone.end();
    await closed;
    await wait(door, 'there');
    assert.equal(await visit(door), '200 there');
  },
);

void test('an app has so many waiting and no more', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor({ incoming: null });
  const sockets = await Promise.all(Array.from({ length: 70 }, () => wait(door, 'x')));
  const open = (): number => sockets.filter((socket) => !socket.readableEnded && !socket.destroyed).length;
  assert.ok(await until(() => open() === 64));
  await delay(300);
  assert.equal(open(), 64);
  for (const socket of sockets) socket.destroy();
});
