// Requests that are passed on to a program of this machine, as that program gets them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { mkdtempDisposable } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { Passages } from '../src/pass-on.ts';

interface Got {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  readonly mine: string | undefined;
}

/** A program behind a socket, and what passes requests on to it. */
async function openBoth(
  folder: string,
): Promise<AsyncDisposable & { readonly port: number; readonly got: Got[] }> {
  await using stack = new AsyncDisposableStack();
  const got: Got[] = [];
  const socket = join(folder, 'program.sock');
  const program = createServer((asked, answer) => {
    let body = '';
    asked.setEncoding('latin1').on('data', (piece: string) => (body += piece));
    asked.on('end', () => {
      const mine = asked.headers['x-mine']?.toString();
      got.push({ method: asked.method, url: asked.url, body, mine });
      answer.end('answered');
    });
  }).listen(socket);
  stack.defer(async () => await close(program));
  await once(program, 'listening');
  const passages = stack.use(new Passages());
  const front = createServer((asked, response) => {
    const headers = { 'x-forwarded-for': '203.0.113.1' };
    const passed = { socket, request: asked, response, headers, answerHeaders: {}, takes: () => true };
    void passages.pass({ ...passed, signal: new AbortController().signal });
  }).listen(0, '127.0.0.1');
  stack.defer(async () => await close(front));
  await once(front, 'listening');
  const { port } = front.address() as AddressInfo;
  const owned = stack.move();
  return { port, got, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

void test('a body that is said to belong to the connection goes on with its length, and never as a request', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-pass-on-'));
  await using both = await openBoth(folder.path);
  const inner = 'GET /smuggled HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 127.0.0.1\r\n\r\n';
  for (const method of ['DELETE', 'GET', 'POST']) {
    const socket = connect(both.port, '127.0.0.1');
    socket.write(
      `${method} /${method} HTTP/1.1\r\nHost: x\r\nConnection: close, content-length, host\r\n` +
        `Content-Length: ${inner.length}\r\n\r\n${inner}`,
    );
    const answer = await text(socket);
    assert.equal(answer.match(/^HTTP\/1\.1 200 /gm)?.length, 1, answer);
  }
  assert.deepEqual(
    both.got,
    ['DELETE', 'GET', 'POST'].map((method) => ({ method, url: `/${method}`, body: inner, mine: undefined })),
  );
});

void test('what a sender says of one connection stays there', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-pass-on-'));
  await using both = await openBoth(folder.path);
  const asking = request({
    port: both.port,
    path: '/plain',
    headers: { connection: 'close, x-mine', 'x-mine': '1' },
  });
  asking.end();
  await once(asking, 'response');
  assert.deepEqual(both.got, [{ method: 'GET', url: '/plain', body: '', mine: undefined }]);
});
