// A handler learns that nobody listens to it any more, also where it asks late.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import test from 'node:test';
import { ServedCall } from '../../../src/surfaces/route/served-call.ts';

void test('the signal has aborted for who hung up before it was asked for', { timeout: 60_000 }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [request, response] = (await once(server, 'request')) as [object, object];
  const parts = { request: { raw: request }, reply: { raw: response } };
  const call = (): ServedCall =>
    new ServedCall(parts as unknown as ConstructorParameters<typeof ServedCall>[0]);
  const early = call().signal;
  assert.equal(early.aborted, false);
  client.destroy();
  if (!early.aborted) await once(early, 'abort');
  assert.deepEqual([early.aborted, call().signal.aborted], [true, true]);
  server.close();
});
