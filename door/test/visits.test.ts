// What visitors reach of an app by its door, and what an app sees of them.
import assert from 'node:assert/strict';
import { createServer, request, type IncomingMessage, type RequestOptions, type Server } from 'node:http';
import { connect, createServer as createRaw, type Socket } from 'node:net';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { test } from 'node:test';
import { mintToken } from '@holdfast/kernel/token-text';
import { until } from './harness/brokered.ts';
import { openWorld, type TestDoor } from './harness/open-world.ts';

const TOKEN = mintToken().reveal('to send it where it must not arrive');

/** An app that tells what it sees; `kept` is what it was sent to keep, `arrived` the events that came to who asked for them. */
interface TestApp extends AsyncDisposable {
  readonly server: Server;
  readonly seen: string[];
  readonly kept: Buffer[];
  readonly arrived: string[];
}

async function openApp(path: string): Promise<TestApp> {
  const seen: string[] = [];
  const arrived: string[] = [];
  const kept: Buffer[] = [];
  const server = createServer((asked, response) => {
    seen.push(`${asked.method ?? ''} ${asked.url ?? ''}`);
    const { url = '' } = asked;
    if (url.startsWith('/echo')) response.end(JSON.stringify([asked.url, ...asked.rawHeaders]));
    else if (url === '/length') void buffer(asked).then((body) => response.end(String(body.length)));
    else if (url === '/keep') {
      asked.on('data', (piece: Buffer) => kept.push(piece)).on('error', () => undefined);
      asked.on('end', () => response.end('kept'));
    } else if (url === '/mirror') asked.pipe(response);
    else if (url === '/events') void tellEvents(response, () => arrived.length);
    else if (url === '/large') response.end(Buffer.alloc(20_000_000, 'x'));
    else if (url === '/breaks') {
      response.write('part');
      setTimeout(() => asked.socket.destroy(), 50);
    } else if (url === '/cookies') {
      response.setHeader('Set-Cookie', [
        'a=1; Path=/',
        'b=2; Domain=example.org',
        'holdfast-8080-session=forged',
      ]);
      response.end('x');
    } else response.end(url);
  });
  server.on('upgrade', (asked, socket: Socket) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Auth: ${asked.headers.authorization ?? 'none'}\r\n\r\n`,
    );
    socket.on('data', (bytes: Buffer) => socket.write(bytes)).on('end', () => socket.end('bye'));
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    server,
    seen,
    kept,
    arrived,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Says each event once the one before has arrived. */
async function tellEvents(response: NodeJS.WritableStream, arrived: () => number): Promise<void> {
  for (let event = 0; event < 3; event += 1) {
    response.write(`data: ${event}\n\n`);
    await until(() => arrived() > event);
  }
  response.end();
}

async function visit(door: TestDoor, options: RequestOptions, body?: Buffer): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ socketPath: door.visits, ...options })
    .on('response', resolve)
    .on('error', reject)
    .end(body);
  return await promise;
}

/** Says bytes as they are; gives all that comes until the door ends the connection. */
async function say(door: TestDoor, bytes: string): Promise<string> {
  const socket = connect(door.visits).on('error', () => undefined);
  socket.write(bytes, 'latin1');
  return await text(socket);
}

void test('an app that echoes what it sees shows no credential, in whatever place a visitor sends one', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using app = await openApp(door.app);
  const basic = `Basic ${Buffer.from(`user:${TOKEN}`).toString('base64')}`;
  const headers = {
    Authorization: `Bearer ${TOKEN}`,
    'X-HF-Authorization': `Bearer ${TOKEN}`,
    'Proxy-Authorization': basic,
    X_HF_Authorization: basic,
    Referer: `https://a/?token=${TOKEN}`,
    Cookie: `theirs=1; holdfast-8080-session=${TOKEN}; holdfast-8080-space=x; other=${TOKEN}`,
    'X-Anything': `%68f_${TOKEN.slice(3)}`,
    'X-Forwarded-For': '1.2.3.4',
  };
  const echoed = await text(await visit(door, { path: '/echo', headers }));
  assert.deepEqual(JSON.parse(echoed), [
    '/echo',
    'Host',
    'a-b.spaces.example.org',
    'Cookie',
    'theirs=1',
    'X-Forwarded-For',
    '1.2.3.4',
  ]);
  for (const path of [`/echo?token=${TOKEN}`, `/echo/${TOKEN}`, `/echo?t=%68f_${TOKEN.slice(3)}`]) {
    const refused = await visit(door, { path, headers: { Accept: 'text/html' } });
    assert.equal(refused.statusCode, 400);
    assert.match(await text(refused), /access token/);
  }
  assert.deepEqual(app.seen, ['GET /echo']);
  const told = door.frames.filter((frame) => frame.type === 'refused');
  assert.ok(told.some(({ why }) => /access token/.test(why)));
  assert.ok(!JSON.stringify(told).includes(TOKEN.slice(3)));
});

void test('a token that a visitor writes into a form does not reach the app, however its body is cut', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using app = await openApp(door.app);
  const form = `name=ann&token=${TOKEN}&more=x`;
  const filler = 'x'.repeat(3_000_000);
  const chunk = (part: string): string => `${part.length.toString(16)}\r\n${part}\r\n`;
  const chunks = [form.slice(0, 20), form.slice(20, 21), form.slice(21)].map(chunk).join('');
  const start = 'POST /keep HTTP/1.1\r\nHost: x\r\n';
  const sized = (body: string): string => `${start}Content-Length: ${body.length}\r\n\r\n${body}`;
  for (const bytes of [
    sized(form),
    sized(JSON.stringify({ data: [TOKEN] })),
    `${start}Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    sized(`${filler}${form}`),
  ]) {
    const answer = await say(door, bytes);
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(answer, /access token/);
    assert.ok(!answer.includes(TOKEN.slice(3)));
  }
  assert.ok(!Buffer.concat(app.kept).toString('latin1').includes(TOKEN.slice(0, 5)));
  const told = door.frames.filter((frame) => frame.type === 'refused');
  assert.ok(told.some(({ why }) => /access token in the body/.test(why)));
  app.kept.length = 0;
  const body = Buffer.from(`${form.replace(TOKEN, TOKEN.slice(0, -1))}hf_`);
  const kept = await visit(door, { path: '/keep', method: 'POST' }, body);
  assert.equal(await text(kept), 'kept');
  assert.deepEqual(Buffer.concat(app.kept), body, 'what is no token passes as it is');
});

void test('a WebSocket passes both ways, without credentials, and ends both ways', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using _app = await openApp(door.app);
  const start = `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
  const socket = connect({ path: door.visits, allowHalfOpen: true });
  socket.write(`${start}early`);
  let said = '';
  socket.setEncoding('latin1').on('data', (piece) => (said += piece));
  const ended = once(socket, 'end');
  assert.ok(await until(() => said.endsWith('early')));
  socket.end('late');
  await ended;
  assert.match(said, /^HTTP\/1\.1 101 /);
  assert.match(said, /X-Auth: none\r\n/);
  assert.match(said, /\r\n\r\nearlylatebye$/);
  const plain = await say(
    door,
    'GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
  );
  assert.match(plain, /^HTTP\/1\.1 200 /);
});

void test('events come as they are said, and an open stream counts until its visitor is gone', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using app = await openApp(door.app);
  for await (const piece of await visit(door, { path: '/events' })) app.arrived.push(String(piece));
  assert.deepEqual(app.arrived, ['data: 0\n\n', 'data: 1\n\n', 'data: 2\n\n']);
  const opens = () => door.frames.flatMap((frame) => (frame.type === 'traffic' ? frame.open : []));
  assert.ok(await until(() => opens().at(-1) === 0));
  const socket = connect(door.visits)
    .on('error', () => undefined)
    .resume();
  socket.write('GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  assert.ok(await until(() => opens().at(-1) === 1));
  socket.destroy();
  assert.ok(await until(() => opens().at(-1) === 0));
});

void test('bodies of any size stream both ways, with a length and in chunks', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using _app = await openApp(door.app);
  const large = Buffer.alloc(50_000_000, 'y');
  const sent = await visit(door, { path: '/length', method: 'POST' }, large);
  assert.equal(await text(sent), String(large.length));
  const chunked = { path: '/length', method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } };
  assert.equal(await text(await visit(door, chunked, large)), String(large.length));
  assert.equal((await buffer(await visit(door, { path: '/large' }))).length, 20_000_000);
  const outgoing = request({ socketPath: door.visits, path: '/mirror', method: 'POST' });
  outgoing.write('first');
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const [piece] = (await once(answer, 'data')) as [Buffer];
  assert.equal(piece.toString(), 'first');
  outgoing.end('second');
  assert.equal(await text(answer), 'second');
});

const SMUGGLED: readonly string[] = [
  'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
  'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0, 40\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\nX: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /a HTTP/1.1\r\nHost: x\r\nX: y\rContent-Length: 3\r\n\r\n',
  'GET /a HTTP/1.1\nHost: x\r\n\r\n',
  'GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
  'GET /a HTTP/1.1\r\n\r\n',
  'GET http://y/a HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /a HTTP/1.0\r\nHost: x\r\n\r\n',
  'GET /a HTTP/1.1\r\nHost: x\r\nX\u0000: y\r\n\r\n',
  'GET /a HTTP/1.1\r\nHost: x\r\nConnection: Content-Length\r\nContent-Length: 5\r\n\r\nGET /',
  'TRACE /a HTTP/1.1\r\nHost: x\r\n\r\n',
  'CONNECT a:80 HTTP/1.1\r\nHost: x\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];

void test('no message that two readers take differently comes to the app, and none that follows one', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using app = await openApp(door.app);
  const second = 'GET /smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  for (const message of SMUGGLED) {
    const answer = await say(door, message + second);
    assert.match(answer, /^HTTP\/1\.1 4\d\d [^]*Connection: close\r\n/, JSON.stringify(message));
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, JSON.stringify(message));
  }
  assert.equal(app.seen.length, 0);
  const broken =
    'POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n';
  assert.match(await say(door, broken + second), /^HTTP\/1\.1 400 /);
  assert.deepEqual(
    app.seen.filter((line) => line.includes('smuggled')),
    [],
  );
});

void test('requests on one connection are answered in their order', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using _app = await openApp(door.app);
  const post = 'POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
  const answer = await say(door, get('/one') + post + get('/two') + get('/three', 'Connection: close\r\n'));
  assert.deepEqual(answer.match(/\/one|^5$|\r\n\r\n5|\/two|\/three/g), [
    '/one',
    '\r\n\r\n5',
    '/two',
    '/three',
  ]);
});

void test('an app cannot leave cookies for others, nor an answer that looks whole and is not', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  await using app = await openApp(door.app);
  const cookies = await visit(door, { path: '/cookies' });
  assert.deepEqual(cookies.headers['set-cookie'], ['a=1; Path=/']);
  cookies.resume();
  await assert.rejects(text(await visit(door, { path: '/breaks' })), /aborted/);
  app.server.closeAllConnections();
  assert.equal(await text(await visit(door, { path: '/again' })), '/again');
});

/** An app that says these bytes to whoever comes. */
async function openLiar(path: string, bytes: string): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const server = createRaw((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).once('data', () => socket.end(bytes, 'latin1'));
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

void test('an answer that cannot be read in one way is an answer of the door, in words', async () => {
  await using world = await openWorld();
  await using door = await world.openDoor();
  const gone = await visit(door, { path: '/', headers: { Accept: 'text/html' } });
  assert.equal(gone.statusCode, 502);
  assert.match(await text(gone), /<p>The app of this Space did not answer\./);
  for (const bytes of [
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b=1; Domain=x\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    '',
  ]) {
    await using _liar = await openLiar(door.app, bytes);
    const answer = await visit(door, { path: '/', method: 'POST' });
    assert.equal(answer.statusCode, 502, JSON.stringify(bytes));
    assert.match(await text(answer), /did not answer/);
  }
  await using _liar = await openLiar(door.app, 'HTTP/1.0 200 OK\r\n\r\nuntil the end');
  assert.equal(await text(await visit(door, { path: '/' })), 'until the end');
});
