// Visitors of a program: what is passed on and how, and what they meet while no run serves.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { answerTo, beginRequest, openSocket, textOf } from '../../harness/open-request.ts';
import { openProgramHub } from '../../harness/program-hub.ts';
import { askSite } from '../../harness/site.ts';

const DEMO = { label: 'ann-demo', path: '/' };

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await is()); tries += 1) {
    assert.ok(tries < 6_000, 'it did not come to be');
    await delay(10);
  }
}

type Program = (request: IncomingMessage, response: ServerResponse) => void;

async function openServing(program: Program, options: Parameters<typeof openProgramHub>[0] = {}) {
  await using opened = new AsyncDisposableStack();
  const made = opened.use(await openProgramHub(options));
  const want = await made.begin();
  const run = await made.runner.serve(want, program);
  await made.becomes('RUNNING');
  opened.move();
  return { made, want, run };
}

void test('a request goes on as it came, with who asked for what in front of whatever it says itself', async () => {
  const { made } = await openServing((request, response) => {
    response.setHeader('set-cookie', ['a=1; Path=/', `holdfast-${port}-space=forged`, 'b=2']);
    response.writeHead(201, 'Made', { 'x-app': 'yes', 'x-request-id': 'forged', connection: 'close' });
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers }));
  });
  await using opened = made;
  const { port } = opened.hub;
  const said = {
    'x-forwarded-for': '6.6.6.6',
    'x-forwarded-host': 'evil',
    forwarded: 'for=6.6.6.6',
    'x-own': '1',
  };
  const answer = await askSite(
    opened.hub,
    { label: 'ann-demo', path: '/a%2Fb?c=d', method: 'DELETE' },
    { ...opened.bearer, ...said },
  );
  assert.equal(answer.status, 201);
  const seen = JSON.parse(answer.text) as { method: string; url: string; headers: Record<string, string> };
  assert.deepEqual([seen.method, seen.url], ['DELETE', '/a%2Fb?c=d']);
  assert.equal(seen.headers['host'], `ann-demo.localhost:${port}`);
  assert.equal(seen.headers['x-forwarded-host'], `ann-demo.localhost:${port}`);
  assert.equal(seen.headers['x-forwarded-proto'], 'http');
  assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(seen.headers['forwarded'], undefined);
  assert.equal(seen.headers['x-own'], '1');
  // No program sets the cookie by which we know a visitor, nor the number of a request.
  assert.deepEqual(answer.headers['set-cookie'], ['a=1; Path=/', 'b=2']);
  assert.notEqual(answer.headers['x-request-id'], 'forged');
  assert.equal(answer.headers['x-app'], 'yes');
});

void test('headers that a README asks for are on every answer of the program', async () => {
  const readme = '---\nsdk: gradio\ncustom_headers:\n  cross-origin-opener-policy: same-origin\n---\n';
  const files = { 'README.md': readme, 'app.py': '1' };
  const { made } = await openServing((_request, response) => response.end('x'), { files });
  await using opened = made;
  const { headers } = await askSite(opened.hub, DEMO, opened.bearer);
  assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
});

void test('uploads and downloads stream, each only as fast as the other side takes it', async () => {
  const MIB = 1024 ** 2;
  let taken = 0;
  const { made } = await openServing((request, response) => {
    if (request.method === 'GET') {
      // Endless, until the client has enough.
      const more = (): void => {
        while (response.write(Buffer.alloc(MIB, 1))) taken += 1;
        response.once('drain', more);
      };
      more();
      return;
    }
    let size = 0;
    request.on('data', (part: Buffer) => (size += part.length));
    request.on('end', () => response.end(String(size)));
  });
  await using opened = made;
  const upload = beginRequest(opened.hub, { ...DEMO, method: 'POST' }, opened.bearer);
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  for (let n = 0; n < 64; n += 1) if (!upload.write(Buffer.alloc(MIB, 2))) await once(upload, 'drain');
  upload.end();
  const [answer] = await answered;
  assert.equal(await textOf(answer), String(64 * MIB));
  const download = await answerTo(beginRequest(opened.hub, DEMO, opened.bearer));
  download.pause();
  await delay(500);
  assert.ok(taken < 32, `${taken} MiB were taken by nobody`);
  download.destroy();
});

void test('events arrive as they are sent, and who hangs up is gone for the program too', async () => {
  const gone = Promise.withResolvers<void>();
  const { made } = await openServing((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    response.on('close', () => gone.resolve());
  });
  await using opened = made;
  const incoming = await answerTo(beginRequest(opened.hub, DEMO, opened.bearer));
  const [first] = (await once(incoming, 'data')) as [Buffer];
  assert.equal(String(first), 'data: 1\n\n');
  incoming.destroy();
  await gone.promise;
});

void test('a program that hangs up before it answers, or in the middle, is no empty page', async () => {
  const { made } = await openServing((request, response) => {
    if (request.url === '/middle') {
      response.writeHead(200, { 'content-length': 10 });
      response.write('12345');
      setTimeout(() => request.socket.destroy(), 50);
    } else request.socket.destroy();
  });
  await using opened = made;
  const before = await askSite(opened.hub, DEMO, opened.bearer);
  assert.equal(before.status, 502);
  const middle = await answerTo(beginRequest(opened.hub, { ...DEMO, path: '/middle' }, opened.bearer));
  await assert.rejects(async () => await textOf(middle));
});

void test('a WebSocket is passed on both ways, and only from the pages of the Space itself', async () => {
  const server = createServer();
  server.on('upgrade', (_request, socket) => {
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello',
    );
    socket.on('data', (part) => void socket.write(part));
  });
  await using opened = await openProgramHub();
  await opened.runner.serve(await opened.begin(), server);
  await opened.becomes('RUNNING');
  const socket = await openSocket(opened.hub, 'ann-demo', opened.bearer);
  assert.ok(typeof socket !== 'number', 'refused');
  const [hello] = (await once(socket, 'data')) as [Buffer];
  assert.equal(String(hello), 'hello');
  socket.write('ping');
  const [echo] = (await once(socket, 'data')) as [Buffer];
  assert.equal(String(echo), 'ping');
  socket.destroy();
  // It is in the log once it has ended: the program may still answer for two seconds.
  await until(() => opened.hub.lines.some((line) => line.includes('"status":101')));
  assert.equal(await openSocket(opened.hub, 'ann-demo', {}), 401);
});

void test('while a Space starts, a browser gets a page that asks again, and a program waits on its request', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, bearer } = opened;
  const want = await opened.begin();
  const page = await askSite(hub, DEMO, { ...bearer, accept: 'text/html' });
  assert.deepEqual([page.status, page.headers['retry-after']], [503, '2']);
  assert.match(page.text, /<meta http-equiv="refresh" content="2">[^]*is starting/);
  const waiting = askSite(hub, { ...DEMO, method: 'POST' }, bearer);
  await delay(300);
  await runner.serve(want, (_request, response) => response.end('at last'));
  assert.equal((await waiting).text, 'at last');
});

void test('a WebSocket is not kept waiting while a Space starts: nobody would notice that who asks has gone', async () => {
  await using opened = await openProgramHub();
  await opened.begin();
  const refused = await Promise.race([
    openSocket(opened.hub, 'ann-demo', opened.bearer),
    delay(2_000, 'late'),
  ]);
  assert.equal(refused, 503);
});

void test("an app's own credentials let its visitor in, and do not take away what the cookie gives", async () => {
  const { made } = await openServing((request, response) => response.end(request.headers.authorization), {
    visibility: 'public',
    access: 'anonymous',
  });
  await using opened = made;
  for (const authorization of ['Bearer of-the-app', 'Digest x', `Basic ${btoa('me:secret')}`])
    assert.equal((await askSite(opened.hub, DEMO, { authorization })).text, authorization);
});

void test('who visits a Space that sleeps wakes it, once for all who come', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, bearer } = opened;
  const want = await opened.begin();
  runner.status(want, 'SLEEPING');
  await opened.becomes('SLEEPING');
  const waiting = Array.from({ length: 5 }, () => askSite(hub, DEMO, bearer));
  assert.deepEqual(await runner.sent('wake'), { type: 'wake', space: want.space });
  await runner.serve(want, (_request, response) => response.end('awake'));
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ text }) => text),
    Array.from({ length: 5 }, () => 'awake'),
  );
  assert.equal(runner.heard.filter(({ type }) => type === 'wake').length, 1);
});

void test('a page says what is wrong with a Space, and tells who may mend it where the log is', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, bearer } = opened;
  const want = await opened.begin();
  runner.status(want, 'BUILD_ERROR', { message: 'No matching distribution for gradio==99' });
  await opened.becomes('BUILD_ERROR');
  const mine = await askSite(hub, DEMO, { ...bearer, accept: 'text/html' });
  assert.equal(mine.status, 503);
  assert.match(mine.text, /BUILD_ERROR[^]*gradio==99[^]*\/api\/spaces\/ann\/demo\/logs\/build/);
  const other = await askSite(hub, DEMO, { authorization: `Bearer ${await hub.addUser('bob')}` });
  assert.match(other.text, /gradio==99/);
  assert.doesNotMatch(other.text, /logs\/build/);
});

void test('a redeploy drops no request: the old run is left once all who were sent there have their answer', async () => {
  const program =
    (name: string): Program =>
    (request, response) => {
      request.resume();
      setTimeout(() => response.end(name), 50);
    };
  const { made, want, run } = await openServing(program('old'));
  await using opened = made;
  const answers: string[] = [];
  let isOver = false;
  const visit = async (): Promise<void> => {
    while (!isOver) {
      const { status, text } = await askSite(opened.hub, { ...DEMO, method: 'POST' }, opened.bearer);
      answers.push(`${status} ${text}`);
    }
  };
  const visitors = Array.from({ length: 40 }, () => visit());
  await until(() => answers.length >= 40);
  await opened.ask('POST', '/restart');
  const next = await opened.runner.wanted('ann/demo', ({ generation }) => generation > want.generation);
  await opened.runner.serve(next, program('new'), [run]);
  // As the runner does: at once, and no sooner.
  assert.deepEqual(await opened.runner.sent('left'), { type: 'left', space: want.space, run });
  await opened.runner.end(run);
  const atEnd = answers.length;
  await until(() => answers.length >= atEnd + 40);
  isOver = true;
  await Promise.all(visitors);
  assert.deepEqual(new Set(answers), new Set(['200 old', '200 new']));
});

void test('a stream goes on at the run that was replaced, which is left once the stream has ended', async () => {
  const streams: ServerResponse[] = [];
  const { made, want, run } = await openServing((_request, response) => {
    response.write('begun ');
    streams.push(response);
  });
  await using opened = made;
  const { hub, runner, bearer } = opened;
  const stream = await answerTo(beginRequest(hub, DEMO, bearer));
  await opened.ask('POST', '/restart');
  const next = await runner.wanted('ann/demo', ({ generation }) => generation > want.generation);
  const later = await runner.serve(next, (_request, response) => response.end('new'), [run]);
  await until(async () => {
    const { answer } = await opened.ask('GET', '/runtime');
    return answer.stage === 'RUNNING' && (await askSite(hub, DEMO, bearer)).text === 'new';
  });
  // A third run, which the first one outlives too: of the second nobody is left.
  await runner.serve(next, (_request, response) => response.end('newest'), [run, later]);
  assert.deepEqual(await runner.sent('left'), { type: 'left', space: want.space, run: later });
  streams[0]?.end('and ended');
  assert.equal(await textOf(stream), 'begun and ended');
  await until(() => runner.heard.some((frame) => frame.type === 'left' && frame.run === run));
});
