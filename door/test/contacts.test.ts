// Whom an app reached, as its door tells it: by every way out, with what was sent, before anything is sent, and whatever else it calls.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Contact } from '../src/run/frames.ts';
import { openBrokeredIn, until, usualSecrets } from './harness/brokered.ts';
import { openWorld, type TestDoor } from './harness/open-world.ts';
import { say } from './harness/say.ts';
import { PLAYED, VALUES } from './harness/values.ts';

const LIMIT = { timeout: 180_000 };

/** What was told of each host last. */
function contactsOf({ frames }: Pick<TestDoor, 'frames'>): Map<string, Contact> {
  return new Map(
    frames.flatMap((frame) =>
      frame.type === 'contacts' ? frame.hosts.map((one) => [`${one.host}:${one.port}`, one] as const) : [],
    ),
  );
}

const get = (host: string, path = '/'): string =>
  `GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

void test(
  'hosts are told by every way out with what was sent, and calls that nobody answered by their number',
  LIMIT,
  async () => {
    await using world = await openWorld();
    await using brokered = await openBrokeredIn(world, usualSecrets());
    const { door } = brokered;
    assert.match(await say(door, get('models.example.org', `/${'a'.repeat(1_000)}`)), /200 OK/);
    const tunnel = 'CONNECT other.example.org:80 HTTP/1.1\r\nHost: other.example.org:80\r\n\r\n';
    const inside = `GET /${'b'.repeat(2_000)} HTTP/1.1\r\nHost: other.example.org\r\nConnection: close\r\n\r\n`;
    assert.match(await say(door, tunnel + inside), /200 OK/);
    const call = `GET /v1/models HTTP/1.1\r\nHost: ${PLAYED.openai}\r\nAuthorization: Bearer ${VALUES.openai[1]}\r\nConnection: close\r\n\r\n`;
    assert.match(await brokered.ask(PLAYED.openai, call), /200/);
    assert.match(await say(door, get('hub.holdfast.internal')), /the hub/);
    assert.match(await say(door, get('gone.example.org')), /502/);
    // Resolved, and then refused: whoever answers for the name has heard it.
    assert.match(await say(door, get('near.example.org')), /403/);
    const sent = (key: string): number => contactsOf(door).get(key)?.sentBytes ?? 0;
    const isTold = await until(
      () =>
        sent('models.example.org:80') > 1_000 &&
        sent('other.example.org:80') > 2_000 &&
        // A handshake and a request, as they went out.
        sent(`${PLAYED.openai}:443`) > 200 &&
        sent('hub.holdfast.internal:80') > 20 &&
        door.frames.some((frame) => frame.type === 'contacts' && frame.unanswered === 2),
      20_000,
    );
    assert.ok(isTold, JSON.stringify([...contactsOf(door)]));
    assert.equal(contactsOf(door).size, 4, 'and what was refused is none of them');
    for (const key of ['models.example.org:80', `${PLAYED.openai}:443`, 'hub.holdfast.internal:80'])
      assert.ok((contactsOf(door).get(key)?.receivedBytes ?? 0) > 20, `${key} answered`);
  },
);

void test(
  'an app that calls many names hides no other host behind them, and its door tells little',
  LIMIT,
  async () => {
    await using world = await openWorld();
    await using door = await world.openDoor();
    assert.match(await say(door, get('models.example.org')), /200 OK/);
    for (let n = 0; n < 600; n += 20)
      await Promise.all(
        Array.from({ length: 20 }, async (_, at) => await say(door, get(`n${n + at}.many.example.net`))),
      );
    assert.match(await say(door, get('other.example.org')), /200 OK/);
    const isTold = await until(
      () => contactsOf(door).get('*.example.net:80')?.connections === 600 - 64,
      20_000,
    );
    const contacts = contactsOf(door);
    assert.ok(isTold, JSON.stringify(contacts.get('*.example.net:80')));
    assert.equal(contacts.size, 1 + 64 + 1 + 1);
    assert.ok(contacts.has('models.example.org:80'), 'before');
    assert.ok(contacts.has('other.example.org:80'), 'and after');
  },
);

void test('a door that is killed has told of every host before anything went there', LIMIT, async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  const socket = connect(join(door.out, 'door.sock'));
  socket.write('CONNECT models.example.org:443 HTTP/1.1\r\nHost: models.example.org:443\r\n\r\n');
  // What comes back says that it is open: from now on the app could send.
  await once(socket, 'data');
  process.kill(door.pid, 'SIGKILL');
  await door.ended;
  socket.destroy();
  assert.ok(await until(() => contactsOf(door).has('models.example.org:443'), 10_000));
});
