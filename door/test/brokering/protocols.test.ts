// At bound hosts the door speaks HTTP/1.1 alone: who could speak HTTP/2 as well agrees to it, who can speak nothing else is told so before
// it has sent anything, and frames of HTTP/2 are no request.
import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { test } from 'node:test';
import { openBrokered, until } from '../harness/brokered.ts';
import { PLAYED, VALUES } from '../harness/values.ts';

const HELD = VALUES.openai[1];
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

void test('HTTP/1.1 is agreed on with whoever offers it', async () => {
  await using brokered = await openBrokered();
  for (const protocols of [['h2', 'http/1.1'], ['http/1.1'], ['h3', 'h2', 'http/1.1'], []]) {
    const socket = await brokered.openTls(PLAYED.openai, { protocols });
    assert.equal(socket.alpnProtocol, protocols.length === 0 ? false : 'http/1.1');
    socket.destroy();
  }
});

void test('who offers HTTP/2 alone is refused by the greeting, and the reason is told', async () => {
  await using brokered = await openBrokered();
  await assert.rejects(brokered.openTls(PLAYED.openai, { protocols: ['h2'] }), /no application protocol/);
  const { frames } = brokered.door;
  assert.ok(
    await until(() => frames.some((frame) => frame.type === 'refused' && /HTTP\/1\.1/.test(frame.why))),
    JSON.stringify(frames),
  );
});

void test('a client of HTTP/2 that goes on regardless gets nothing swapped', async () => {
  await using brokered = await openBrokered();
  assert.match(await brokered.ask(PLAYED.openai, `${PREFACE}${'\0'.repeat(9)}`), /^HTTP\/1\.1 4\d\d /);
  const socket = await brokered.openTls(PLAYED.openai);
  const client = connectHttp2(`https://${PLAYED.openai}`, { createConnection: () => socket });
  client.on('error', () => undefined);
  const stream = client.request({ ':path': '/v1/models', authorization: `Bearer ${HELD}` });
  stream.on('error', () => undefined);
  await new Promise((resolve) => stream.once('close', resolve));
  client.destroy();
  assert.deepEqual(
    brokered.world.seen.filter(({ played }) => played !== undefined),
    [],
  );
});
