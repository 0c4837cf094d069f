// Answers that end together at the end of a turn, over real connections.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Endings } from '../../../src/surfaces/http/endings.ts';

async function ask(port: number): Promise<string> {
  const [response] = (await once(request({ port, host: '127.0.0.1' }).end(), 'response')) as [
    IncomingMessage,
  ];
  return await text(response);
}

void test('answers that are ready in one turn end in it, each with its own body', async () => {
  const endings = new Endings();
  const waiting: ServerResponse[] = [];
  const ended: boolean[][] = [];
  const server = createServer((_request, response) => {
    waiting.push(response);
    if (waiting.length < 3) return;
    for (const [index, one] of waiting.entries()) {
      one.writeHead(200, { 'Content-Length': index });
      endings.add(one, index === 0 ? undefined : 'é'.repeat(index), 'latin1');
      ended.push(waiting.map(({ writableEnded }) => writableEnded));
    }
    setImmediate(() => ended.push(waiting.map(({ writableEnded }) => writableEnded)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answers = await Promise.all([ask(port), ask(port), ask(port)]);
  server.close();
  // One byte a letter; what is no UTF-8 reads as the replacement character.
  assert.deepEqual(answers.toSorted(), ['', '\uFFFD', '\uFFFD\uFFFD']);
  const [before, now] = [
    [false, false, false],
    [true, true, true],
  ];
  assert.deepEqual(ended, [before, before, before, now]);
});

void test('a peer that hung up meanwhile harms nobody', async () => {
  const endings = new Endings();
  const gone = Promise.withResolvers<void>();
  const server = createServer((incoming, response) => {
    incoming.socket.once('close', () => {
      response.writeHead(200);
      endings.add(response, 'x');
      setImmediate(gone.resolve);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asking = request({ port, host: '127.0.0.1' }).end();
  asking.once('error', () => undefined); // it ends the connection itself
  await once(server, 'request');
  asking.destroy();
  await gone.promise;
  server.close();
});
