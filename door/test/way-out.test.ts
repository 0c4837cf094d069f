// What an app may not reach by its door, in every way to ask for it. Nothing leaves the world that the test made.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { until } from './harness/brokered.ts';
import { NEAR_SPELLINGS } from './harness/near-spellings.ts';
import { openWorld, type TestDoor, type World } from './harness/open-world.ts';
import { say } from './harness/say.ts';

const get = (url: string, host = 'x.org'): string =>
  `GET ${url} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
const tunnel = (target: string): string => `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;
const statusOf = (answer: string): string => answer.slice(9, 12);
const queries = (world: World): string[] => world.seen.flatMap(({ query }) => query ?? []);

/** Waits until a door has a place again for one more. */
async function untilServed(door: TestDoor): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (statusOf(await say(door, get('http://models.example.org/'))) === '200') return;
    await delay(100);
  }
  assert.fail('the door still says that it is full');
}

void test('no spelling of a near address is reached, by requests and by tunnels', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  for (const host of NEAR_SPELLINGS.flatMap(({ written }) => written)) {
    for (const text of [get(`http://${host}/`), tunnel(`${host}:80`), tunnel(`${host}:443`)]) {
      const answer = await say(door, text);
      assert.match(statusOf(answer), /^4\d\d$/, `${host}: ${answer}`);
      assert.doesNotMatch(answer, /INSIDE OF THE MACHINE/, host);
    }
  }
  assert.deepEqual(
    world.seen.filter(({ request }) => request !== undefined),
    [],
  );
  const named = new Set(queries(world));
  assert.deepEqual(
    [...named].toSorted((a, b) => a.localeCompare(b)),
    ['metadata.example.org', 'near.example.org'],
  );
});

void test('an allowed host is reached, and told by the name that was judged', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  assert.match(
    await say(door, get('http://models.example.org/a', 'near.example.org')),
    /hello models\.example\.org$/,
  );
  assert.match(await say(door, get('http://93.184.216.34/a')), /hello 93\.184\.216\.34$/);
  assert.match(await say(door, get('http://mixed.example.org/a')), /hello mixed\.example\.org$/);
  const through = `${tunnel('models.example.org:80')}${get('/b', 'models.example.org')}`;
  assert.match(await say(door, through), /^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 OK/);
  assert.equal(statusOf(await say(door, tunnel('models.example.org:22'))), '403');
  assert.equal(statusOf(await say(door, get('http://gone.example.org/'))), '502');
});

void test('a name that changes after it was judged, and a redirect, are judged anew', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  assert.equal(statusOf(await say(door, get('http://rebind.example.org/'))), '200');
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await say(door, get('http://rebind.example.org/'));
    assert.equal(statusOf(answer), '403');
    assert.match(answer, /loopback/);
  }
  const redirect = await say(door, get('http://models.example.org/to-metadata'));
  const location = /Location: (\S+)/.exec(redirect)?.[1] ?? '';
  assert.equal(location, 'http://169.254.169.254/latest');
  assert.equal(statusOf(await say(door, get(location))), '403');
});

/** Sockets that a door has open. */
async function countSockets({ pid }: TestDoor): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const targets = (await readdir(folder)).map(
    async (name) => await readlink(join(folder, name)).catch(() => ''),
  );
  return (await Promise.all(targets)).filter((target) => target.startsWith('socket:')).length;
}

void test('what requests used is let go when a tunnel follows them on the same connection', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  const both = `GET http://models.example.org/a HTTP/1.1\r\nHost: models.example.org\r\n\r\n${tunnel('other.example.org:443')}`;
  const before = await countSockets(door);
  // Kept, each would hold a connection to its host, or to the hub, for as long as the run goes on.
  for (let turn = 0; turn < 10; turn += 1) {
    const client = connect(join(door.out, 'door.sock'));
    let answer = '';
    client.setEncoding('latin1').on('data', (piece) => (answer += piece));
    client.write(both, 'latin1');
    assert.ok(await until(() => answer.includes('200 Connection established'), 10_000), answer);
    client.destroy();
  }
  let open = Infinity;
  for (let tries = 0; tries < 50 && open > before; tries += 1) {
    open = await countSockets(door);
    await delay(100);
  }
  assert.ok(open <= before, `${open} sockets, and ${before} before`);
});

void test('addresses of this machine are refused like private ones', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor({ own: ['93.184.216.34'] });
  assert.equal(statusOf(await say(door, get('http://models.example.org/'))), '403');
  assert.equal(statusOf(await say(door, tunnel('93.184.216.34:443'))), '403');
});

void test('addresses that become this machine’s while the door is open are refused from then on', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  assert.equal(statusOf(await say(door, get('http://models.example.org/'))), '200');
  door.send({ type: 'own', own: ['93.184.216.34'] });
  let status = '200';
  for (let n = 0; n < 200 && status === '200'; n += 1) {
    status = statusOf(await say(door, get('http://models.example.org/'))) ?? '';
    await delay(10);
  }
  assert.equal(status, '403');
  door.send({ type: 'own', own: [] });
  for (let n = 0; n < 200 && status === '403'; n += 1) {
    status = statusOf(await say(door, get('http://models.example.org/'))) ?? '';
    await delay(10);
  }
  assert.equal(status, '200');
});

void test('a policy that does not name a host asks nobody where it is', async () => {
  await using world = await openWorld();
  await using listed = await world.openDoor({ egress: { kind: 'list', hosts: ['models.example.org'] } });
  await using closed = await world.openDoor({ egress: { kind: 'closed' } });
  const secret = 'c2vjcmv0.other.example.org';
  for (const host of [
    secret,
    'models.example.org.other.example.org',
    'sub.models.example.org',
    '93.184.216.34',
  ])
    for (const text of [get(`http://${host}/`), tunnel(`${host}:443`)]) {
      assert.equal(statusOf(await say(listed, text)), '403', host);
      assert.equal(statusOf(await say(closed, text)), '403', host);
    }
  assert.equal(statusOf(await say(closed, get('http://models.example.org/'))), '403');
  assert.deepEqual(queries(world), []);
  assert.equal(statusOf(await say(listed, get('http://models.example.org/'))), '200');
  const refused = listed.frames.filter((frame) => frame.type === 'refused');
  assert.ok(refused.some((frame) => frame.host === secret && /not among/.test(frame.why)));
});

void test('the hub is reached under its own name by every policy, and hears nobody speak for others', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor({ egress: { kind: 'closed' } });
  const claims =
    'X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n';
  const ask = (path: string, host: string): string =>
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${claims}Authorization: Bearer mine\r\n`;
  assert.match(
    await say(door, `${ask('http://hub.holdfast.internal/api/a', 'other')}Connection: close\r\n\r\n`),
    /the hub$/,
  );
  const through = `${ask('/api/b', 'evil.example.org')}\r\n${ask('/api/c', 'x')}Connection: close\r\n\r\n`;
  assert.match(await say(door, `${tunnel('hub.holdfast.internal:80')}${through}`), /the hub[^]*the hub$/);
  const asked = world.seen.filter(({ hub }) => hub !== undefined);
  assert.deepEqual(
    asked.map(({ hub }) => hub),
    ['/api/a', '/api/b', '/api/c'],
  );
  for (const { headers = [] } of asked) {
    assert.equal(headers.join('\n').includes('6.6.6.6'), false);
    assert.deepEqual(headers.slice(0, 2), ['Host', 'hub.holdfast.internal']);
    assert.ok(headers.includes('Bearer mine'));
  }
  assert.equal(statusOf(await say(door, tunnel('hub.holdfast.internal:443'))), '403');
  assert.equal(statusOf(await say(door, tunnel('hub.holdfast.internal:9000'))), '403');
});

void test('requests that two readers take differently leave by no door', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  const start = 'POST http://models.example.org/ HTTP/1.1\r\nHost: models.example.org\r\n';
  for (const rest of [
    'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'Content-Length: 4\r\nContent-Length: 5\r\n\r\naaaaa',
    'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    'Host: other.example.org\r\n\r\n',
    ' folded: 1\r\n\r\n',
    'X : 1\r\n\r\n',
  ])
    assert.equal(statusOf(await say(door, start + rest)), '400', JSON.stringify(rest));
  assert.equal(statusOf(await say(door, 'GET / HTTP/1.1\r\nHost: models.example.org\r\n\r\n')), '400');
  assert.equal(
    statusOf(await say(door, `GET http://models.example.org/ HTTP/1.1\r\nX: ${'a'.repeat(40_000)}`)),
    '431',
  );
  assert.deepEqual(
    world.seen.filter(({ request }) => request !== undefined),
    [],
  );
});

void test('ten thousand connections and as many hosts take a bounded place, and the door goes on', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor({ egress: { kind: 'list', hosts: ['models.example.org'] } });
  const open: Socket[] = [];
  const answers: string[] = [];
  // By the hundred, each accepted before the next comes: a socket that is not served yet holds 511 (connect: EAGAIN).
  while (open.length < 600) {
    for (let more = 0; more < 100; more += 1)
      open.push(connect(join(door.out, 'door.sock')).on('error', () => undefined));
    for (const socket of open) socket.resume();
    answers.push(statusOf(await say(door, get('http://models.example.org/'))));
  }
  assert.deepEqual(answers, ['200', '200', '200', '200', '200', '503']);
  // Also who asks late hears why, and has a while to ask.
  const late = connect(join(door.out, 'door.sock'));
  let heard = '';
  late.setEncoding('latin1').on('data', (piece: string) => (heard += piece));
  late.on('error', () => undefined).pause();
  await delay(500);
  late.write(get('http://models.example.org/'), 'latin1');
  late.resume();
  await once(late, 'close');
  assert.equal(statusOf(heard), '503');
  for (const socket of open) socket.destroy();
  await untilServed(door);
  const many = Array.from({ length: 500 }, (_, at) =>
    get(`http://h${at}.example.org/`).replace('Connection: close\r\n', ''),
  );
  for (const text of many) await say(door, text);
  assert.equal(statusOf(await say(door, get('http://models.example.org/'))), '200');
  const refused = door.frames.filter((frame) => frame.type === 'refused');
  assert.ok(refused.length <= 110, String(refused.length));
});

void test('the door ends when the runner is gone, and tells what passed until then', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await say(door, get('http://models.example.org/'));
  const traffic = () => door.frames.filter((frame) => frame.type === 'traffic').at(-1);
  const passed = (): boolean => (traffic()?.sentBytes ?? 0) > 50 && (traffic()?.receivedBytes ?? 0) > 50;
  assert.ok(await until(passed), JSON.stringify(traffic()));
  assert.deepEqual([traffic()?.visits, traffic()?.open], [0, 0]);
  door.closeChannel();
  await door.ended;
});
