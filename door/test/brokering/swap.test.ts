// A placeholder goes out as the value, to its host and at its place, and never otherwise.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { openBrokered, until } from '../harness/brokered.ts';
import { say } from '../harness/say.ts';
import { PLAYED, VALUES } from '../harness/values.ts';

const [REAL, HELD] = VALUES.openai;
const CLOSE = 'Connection: close\r\n\r\n';
const get = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${PLAYED.openai}\r\nAuthorization: Bearer ${HELD}\r\n${more}${CLOSE}`;

void test('a brokered call succeeds, and is asked for and counted', async () => {
  await using brokered = await openBrokered();
  const { ask, vault, world } = brokered;
  vault.uses = 2;
  for (let turn = 0; turn < 2; turn += 1)
    assert.match(await ask(PLAYED.openai, get('/v1/models')), /^HTTP\/1\.1 200 [^]*brokered hello/);
  const [seen] = world.seen.filter(({ played }) => played !== undefined);
  assert.ok(seen?.raw?.includes(`Bearer ${REAL}`));
  assert.equal(JSON.stringify(world.seen).includes(HELD), false);
  assert.ok(await until(() => vault.words.length === 2));
  assert.deepEqual(
    vault.words.map((word) => ({ ...word, version: undefined })),
    [
      {
        type: 'ask',
        number: 1,
        version: undefined,
        route: { host: PLAYED.openai, method: 'GET', template: '/v1/models' },
      },
      { type: 'used', number: 2, ask: 1, uses: 2, version: undefined },
    ],
  );
});

void test('bodies of any kind, Basic and the query are brokered', async () => {
  await using brokered = await openBrokered();
  const post = (framing: string, body: string): string =>
    `POST /v1/x HTTP/1.1\r\nHost: ${PLAYED.openai}\r\nAuthorization: Bearer ${HELD}\r\n${framing}\r\n${CLOSE}${body}`;
  assert.match(
    await brokered.ask(PLAYED.openai, post('Content-Length: 5', 'hello')),
    /brokered hello 2cf24dba/,
  );
  assert.match(
    await brokered.ask(PLAYED.openai, post('Transfer-Encoding: chunked', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n')),
    /brokered hello 2cf24dba/,
  );
  const big = 'x'.repeat(300_000);
  assert.match(
    await brokered.ask(PLAYED.openai, post(`Content-Length: ${big.length}`, big)),
    /brokered hello /,
  );
  const basic = Buffer.from(`me:${VALUES.git[1]}`).toString('base64');
  assert.match(
    await brokered.ask(
      PLAYED.git,
      `GET /x/y HTTP/1.1\r\nHost: ${PLAYED.git}\r\nAuthorization: Basic ${basic}\r\n${CLOSE}`,
    ),
    /brokered hello/,
  );
  assert.match(
    await brokered.ask(
      PLAYED.google,
      `GET /v1?key=${VALUES.google[1]} HTTP/1.1\r\nHost: ${PLAYED.google}\r\n${CLOSE}`,
    ),
    /brokered hello/,
  );
});

void test("a token of the hub's is brokered to the hub, by a proxy's request and in a tunnel", async () => {
  await using brokered = await openBrokered();
  const { door, world } = brokered;
  const head = (target: string): string =>
    `GET ${target} HTTP/1.1\r\nHost: hub.holdfast.internal\r\nAuthorization: Bearer ${VALUES.hub[1]}\r\n${CLOSE}`;
  assert.match(await say(door, head('http://hub.holdfast.internal/api/a?b=1')), /the hub$/);
  assert.match(
    await say(door, `CONNECT hub.holdfast.internal:80 HTTP/1.1\r\n\r\n${head('/api/c')}`),
    /the hub$/,
  );
  const asked = world.seen.filter(({ hub }) => hub !== undefined);
  assert.deepEqual(
    asked.map(({ hub }) => hub),
    ['/api/a?b=1', '/api/c'],
  );
  for (const { headers } of asked) assert.ok(headers?.includes(`Bearer ${VALUES.hub[0]}`));
});

void test('hosts without a secret are connected through, unread', async () => {
  await using brokered = await openBrokered();
  const plain = connect(join(brokered.door.out, 'door.sock'));
  plain.on('error', () => undefined);
  plain.write('CONNECT models.example.org:443 HTTP/1.1\r\n\r\n');
  await once(plain, 'data');
  const ca = readFileSync(join(brokered.world.folder, 'cert.pem'));
  const socket = connectTls({ socket: plain, servername: 'models.example.org', ca });
  await once(socket, 'secureConnect');
  assert.ok(socket.authorized);
  socket.destroy();
});
