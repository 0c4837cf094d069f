// A WebSocket to a bound host is opened with the value and passes unharmed from then on; what the host says in it is looked at.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { openBrokered, until, type Brokered } from '../harness/brokered.ts';
import { PLAYED, VALUES } from '../harness/values.ts';
import { MessageReader, writeMessage } from '../harness/web-socket.ts';

const [REAL, HELD] = VALUES.openai;
const ASK = `GET /v1/realtime HTTP/1.1\r\nHost: ${PLAYED.openai}\r\nAuthorization: Bearer ${HELD}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`;

interface Opened {
  readonly socket: TLSSocket;
  readonly messages: Buffer[];
  readonly all: () => string;
}

async function open(brokered: Brokered): Promise<Opened> {
  const socket = await brokered.openTls(PLAYED.openai);
  socket.on('error', () => undefined).write(ASK);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  const text = answer.toString('latin1');
  assert.match(text, /^HTTP\/1\.1 101 /);
  const reader = new MessageReader();
  const messages = reader.push(answer.subarray(text.indexOf('\r\n\r\n') + 4));
  let all = text;
  socket.on('data', (bytes: Buffer) => {
    all += bytes.toString('latin1');
    messages.push(...reader.push(bytes));
  });
  return { socket, messages, all: () => all };
}

void test('what is said in a WebSocket arrives as it was said, both ways', async () => {
  await using brokered = await openBrokered();
  const { socket, messages } = await open(brokered);
  const said = [...Array.from({ length: 200 }, (_, n) => `message ${n}`), Buffer.alloc(300_000, 7)];
  for (const one of said) socket.write(writeMessage(one, { masked: true }));
  assert.ok(await until(() => messages.length > said.length, 20_000), `${messages.length} came back`);
  assert.deepEqual(messages.map(String), ['brokered hello', ...said.map(String)]);
  const [seen] = brokered.world.seen.filter(({ played }) => played !== undefined);
  assert.equal(seen?.raw?.includes(`Bearer ${REAL}`), true);
  assert.ok(!seen?.raw?.includes('permessage-deflate'), 'nothing is said in a form in which nothing is seen');
  assert.ok(await until(() => brokered.vault.words.some(({ type }) => type === 'ask')));
  socket.destroy();
});

void test('a value that the host says in it is cut out with the connection, and told', async () => {
  await using brokered = await openBrokered();
  const { socket, all } = await open(brokered);
  socket.write(writeMessage('what did I send?', { masked: true }));
  assert.ok(await until(() => socket.destroyed), 'it is ended');
  assert.ok(!all().includes(REAL.slice(0, 9)));
  assert.ok(await until(() => brokered.vault.words.some(({ type }) => type === 'echo')));
});

void test('one that is open ends within a second of the right to the value', async () => {
  await using brokered = await openBrokered();
  const { socket } = await open(brokered);
  const began = performance.now();
  brokered.vault.revoke(brokered.secrets[0]?.version ?? '');
  assert.ok(await until(() => socket.destroyed, 3_000));
  assert.ok(performance.now() - began < 1_000);
  assert.ok(await until(() => brokered.world.seen.some(({ closed }) => closed === '/v1/realtime')));
});
