// HTTP/2 to hosts without a bound secret: the door passes bytes and reads none, so that streams side by side, answers that come piece by
// piece, and trailers both ways arrive as they were sent. At hosts with one it speaks HTTP/1.1: see brokering/protocols.test.ts.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect as connectHttp2, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { openWorld, type World } from './harness/open-world.ts';
import { PIECES } from './harness/played-modern.ts';

const HOST = 'modern.example.org';
const MUCH = randomBytes(1_000_000);
const AT_ONCE = 40;

/** A session of HTTP/2 in a tunnel of the door. */
async function openSession(world: World, out: string): Promise<ClientHttp2Session> {
  const plain = connect(join(out, 'door.sock'));
  plain.write(`CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}:443\r\n\r\n`);
  const [answer] = (await once(plain, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
  const ca = await readFile(join(world.folder, 'cert.pem'));
  const socket = connectTls({ socket: plain, servername: HOST, ca, ALPNProtocols: ['h2', 'http/1.1'] });
  await once(socket, 'secureConnect');
  assert.equal(socket.alpnProtocol, 'h2', 'the host agrees, and the door does not come between');
  return connectHttp2(`https://${HOST}`, { createConnection: () => socket, maxSessionMemory: 500 });
}

interface Answer {
  readonly pieces: readonly string[];
  readonly trailers: Readonly<Record<string, unknown>>;
}

async function read(stream: ClientHttp2Stream): Promise<Answer> {
  let trailers: Answer['trailers'] = {};
  stream.once('trailers', (found: Answer['trailers']) => (trailers = found));
  const pieces: string[] = [];
  for await (const piece of stream) pieces.push((piece as Buffer).toString());
  return { pieces, trailers };
}

async function send(session: ClientHttp2Session, n: number): Promise<string> {
  const stream = session.request(
    { ':method': 'POST', ':authority': HOST, ':path': `/${n}` },
    { waitForTrailers: true },
  );
  stream.once('wantTrailers', () => stream.sendTrailers({ 'x-sent': `trailer ${n}` }));
  stream.end(MUCH.subarray(n));
  return (await read(stream)).pieces.join('');
}

void test('HTTP/2 passes a tunnel unharmed: streams at once, pieces as they come, trailers both ways', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  const session = await openSession(world, door.out);
  try {
    const streaming = read(session.request({ ':authority': HOST, ':path': '/stream' }));
    const all = Array.from({ length: AT_ONCE }, async (_, n) => await send(session, n));
    for (const [n, said] of (await Promise.all(all)).entries()) {
      const digest = createHash('sha256').update(MUCH.subarray(n)).digest('hex');
      assert.equal(said, `hello ${HOST} ${digest} trailer ${n}`);
    }
    const { pieces, trailers } = await streaming;
    assert.deepEqual(pieces, PIECES, 'piece by piece');
    assert.equal(trailers['grpc-status'], '0');
  } finally {
    session.destroy();
  }
  const seen = world.seen.filter(({ host }) => host === HOST);
  assert.equal(seen.length, AT_ONCE + 1);
  assert.ok(seen.every(({ spoken }) => spoken === '2.0'));
  assert.deepEqual(
    door.frames.filter(({ type }) => type === 'refused'),
    [],
  );
});
