// What every call goes through before and after its handler, tried over a real socket.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { openLog } from '@holdfast/platform/log';
import { Metrics } from '@holdfast/platform/metrics';
import { tokenRejected } from '../../../src/modules/tokens/index.ts';
import { revokeCredentials } from '../../../src/surfaces/hub/accounts/revoke-credentials.ts';
import { baseUrlFor } from '../../../src/surfaces/route/public-address.ts';
import { RateLimiter } from '../../../src/surfaces/route/rate-limit.ts';
import { defineRoute, type Route } from '../../../src/surfaces/route/route.ts';
import { buildServer, type ServeOptions } from '../../../src/surfaces/route/serve.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const echo = defineRoute({
  operation: 'echo',
  summary: 'Answers what it was sent',
  method: 'POST',
  path: '/api/{type}/{namespace}/{name}/echo',
  access: 'anyone',
  allowance: 'api',
  params: z.object({ namespace: z.string(), name: z.string() }),
  query: z.object({ n: z.coerce.number().optional() }),
  bodyKind: 'json',
  body: z.object({ text: z.string().optional() }),
  output: z.object({ address: z.string(), base: z.string(), text: z.string().optional() }),
  run: (call) =>
    Promise.resolve({
      address: call.address,
      base: call.baseUrl,
      text: call.body.text,
      leaked: 'not declared',
    }),
});
const fails = defineRoute({
  ...echo,
  operation: 'fails',
  method: 'GET',
  path: '/api/fails',
  params: z.unknown(),
  query: z.unknown(),
  bodyKind: 'none',
  body: z.unknown(),
  run: () => Promise.reject(new Error('the password is hunter2')),
});

async function serve(change: Partial<ServeOptions> = {}, routes: readonly Route[] = [echo, fails]) {
  const metrics = new Metrics();
  let logged = '';
  const address = { publicUrl: null, port: 0 };
  const app = buildServer(routes, {
    log: openLog('test', { write: (line: string) => void (logged += line) }),
    requests: metrics.counter('requests', 'Requests.'),
    durations: metrics.histogram('durations', 'Durations.', [1]),
    trustedProxies: [],
    limits: {
      jsonBody: 1000,
      regularFile: 1000,
      headers: 8192,
      connections: 100,
      headersTimeout: 5000,
      requestTimeout: 300,
      idleTimeout: 5000,
    },
    rateLimiter: undefined,
    exemptLoopback: true,
    baseUrlFor: (host, access) => baseUrlFor(address, host, access),
    identify: ({ headers }) =>
      headers.authorization === undefined
        ? Promise.resolve({ actor: { kind: 'anonymous', mayReadPublic: false }, session: undefined })
        : Promise.reject(tokenRejected()),
    requireAddress: () => undefined,
    noteUse: () => undefined,
    noteRefusal: () => undefined,
    ...change,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  address.port = (app.server.address() as AddressInfo).port;
  return {
    port: address.port,
    logged: () => logged,
    async ask(path: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const headers = {
        ...(init.body !== undefined && { 'content-type': 'application/json' }),
        ...init.headers,
      };
      const outgoing = request(
        { port: address.port, path, method: init.method ?? 'GET', headers, agent: false },
        (incoming) => {
          let body = '';
          incoming.setEncoding('utf8').on('data', (text: string) => (body += text));
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }),
          );
        },
      );
      outgoing.on('error', reject).end(init.body);
      return await promise;
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

const ECHO = '/api/models/a/b/echo';
const post = (body: string, headers: Record<string, string> = {}) => ({ method: 'POST', body, headers });

void test('an answer holds what its schema declares and nothing else', async () => {
  await using server = await serve();
  const answer = await server.ask(ECHO, post('{"text":"x","unknown":1}'));
  assert.equal(answer.status, 200);
  assert.deepEqual(Object.keys(JSON.parse(answer.body) as object).sort(), ['address', 'base', 'text']);
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
});

void test('a request id is ours, whatever the caller sends', async () => {
  await using server = await serve();
  const answer = await server.ask(ECHO, post('{}', { 'x-request-id': 'forged' }));
  assert.match(String(answer.headers['x-request-id']), /^[0-9a-f-]{36}$/);
});

void test('a bug is answered with its request id and nothing of its message', async () => {
  await using server = await serve();
  const answer = await server.ask('/api/fails');
  assert.equal(answer.status, 500);
  assert.ok(!answer.body.includes('hunter2'));
  assert.ok(answer.body.includes(String(answer.headers['x-request-id'])));
  assert.match(server.logged(), /a request failed on a bug/);
});

void test('work given up because its caller hung up is no bug', async () => {
  const { promise: given, resolve: giveUp } = Promise.withResolvers<void>();
  const waits = defineRoute({
    ...fails,
    operation: 'waits',
    path: '/api/waits',
    run: async ({ signal }) => {
      await once(signal, 'abort');
      giveUp();
      signal.throwIfAborted();
    },
  });
  await using server = await serve({}, [waits]);
  const socket = connect(server.port, '127.0.0.1');
  socket.write(`GET /api/waits HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`);
  await wait(50);
  socket.destroy();
  await given;
  await wait(20);
  assert.doesNotMatch(server.logged(), /bug/);
});

void test('a host that is not ours is refused, so that DNS rebinding reaches nothing', async () => {
  await using server = await serve();
  for (const host of [
    'evil.example',
    `evil.example:${server.port}`,
    `localhost:${server.port + 1}`,
    '169.254.169.254',
  ]) {
    const answer = await server.ask(ECHO, post('{}', { host }));
    assert.equal(answer.status, 421, host);
    assert.equal(answer.headers['x-error-code'], 'RequestHostRefused');
  }
  const base = (JSON.parse((await server.ask(ECHO, post('{}'))).body) as { base: string }).base;
  assert.equal(base, `http://localhost:${server.port}`);
});

void test('bad bodies get a clear error with its code', async () => {
  await using server = await serve();
  const cases: [string, number, string][] = [
    ['{', 400, 'RequestBodyMalformed'],
    ['{"text":"\\u0000"}', 400, 'RequestBodyMalformed'],
    ['{"text":1}', 400, 'RequestInvalid'],
    [`{"text":"${'x'.repeat(2000)}"}`, 413, 'RequestBodyTooLarge'],
  ];
  for (const [body, status, code] of cases) {
    const answer = await server.ask(ECHO, post(body));
    assert.deepEqual([answer.status, answer.headers['x-error-code']], [status, code], body.slice(0, 30));
    assert.ok((JSON.parse(answer.body) as { error: string }).error.length > 10);
    assert.equal(answer.headers['x-error-message'], (JSON.parse(answer.body) as { error: string }).error);
  }
});

void test('a backslash before u0000 is text like any other', async () => {
  await using server = await serve();
  const answer = await server.ask(ECHO, post(String.raw`{"text":"\\u0000"}`));
  assert.equal(answer.status, 200);
  assert.equal((JSON.parse(answer.body) as { text: string }).text, String.raw`\u0000`);
});

void test('bad URLs and unknown routes get a clear error', async () => {
  await using server = await serve();
  assert.equal(
    (await server.ask('/api/models/a%00/b/echo', post('{}'))).headers['x-error-code'],
    'RequestInvalid',
  );
  assert.equal((await server.ask('/api/models/%zz/b/echo', post('{}'))).status, 400);
  const missing = await server.ask('/api/nothing');
  assert.deepEqual([missing.status, missing.headers['x-error-code']], [404, 'RequestNoSuchRoute']);
});

void test('a URL with a host in it gets a clear error, and its host reaches nothing', async () => {
  await using server = await serve();
  for (const path of ['http://elsewhere/api/fails', 'HTTP://elsewhere/api/fails']) {
    const answer = await server.ask(path);
    assert.deepEqual([answer.status, answer.headers['x-error-code']], [400, 'RequestInvalid'], path);
  }
  assert.equal(server.logged().includes('bug'), false);
});

void test('headers that are too large, and what is not HTTP, get a clear error', async () => {
  await using server = await serve();
  const large = await server.ask(ECHO, post('{}', { 'x-large': 'x'.repeat(10_000) }));
  assert.deepEqual([large.status, large.headers['x-error-code']], [431, 'RequestHeadersTooLarge']);
  const socket = connect(server.port, '127.0.0.1');
  socket.write('NOT HTTP AT ALL\r\n\r\n');
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  assert.match(bytes.toString(), /^HTTP\/1\.1 400 [\s\S]*X-Error-Code: RequestUnreadable/);
  socket.destroy();
});

void test('a body that does not come in time is given up, and its sender told', async () => {
  await using server = await serve();
  const socket = connect(server.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.write(
    `POST ${ECHO} HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"te`,
  );
  socket.on('error', () => undefined);
  await once(socket, 'close');
  assert.match(received, /^HTTP\/1\.1 400 .*x-error-code: RequestBodyTooSlow/is);
});

void test('who may not call any more when the body has come is refused', async () => {
  let live = true;
  const identify: ServeOptions['identify'] = () =>
    live
      ? Promise.resolve({ actor: { kind: 'anonymous', mayReadPublic: true }, session: undefined })
      : Promise.reject(tokenRejected());
  await using server = await serve({ identify });
  const body = '{"text":"x"}';
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const outgoing = request({ port: server.port, path: ECHO, method: 'POST', headers, agent: false });
  outgoing.write(body.slice(0, 5));
  await wait(100);
  live = false;
  outgoing.end(body.slice(5));
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  assert.deepEqual([answer.statusCode, answer.headers['x-error-code']], [401, 'TokenRejected']);
  answer.resume();
});

void test('a credential that is not live is refused, never taken for nobody', async () => {
  await using server = await serve();
  const answer = await server.ask(ECHO, post('{}', { authorization: 'Bearer hf_wrong' }));
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['x-error-message'], 'Invalid credentials in Authorization header');
  assert.match(String(answer.headers['www-authenticate']), /^Basic /);
});

void test('any origin may ask with a token, and none with a cookie', async () => {
  await using server = await serve();
  const preflight = await server.ask(ECHO, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example' },
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers['access-control-allow-origin'], '*');
  assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
  const answer = await server.ask(ECHO, post('{}', { cookie: 'session=1', origin: 'https://evil.example' }));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  assert.match(String(answer.headers['access-control-expose-headers']), /X-Repo-Commit/);
});

void test('calls are counted and told, and refused above the quota', async () => {
  const quotas = { api: { anonymous: 2, signedIn: 20 }, resolve: { anonymous: 3, signedIn: 30 } };
  const rateLimiter = new RateLimiter({ quotas, windowSeconds: 300, clock: { now: () => new Date(60_000) } });
  await using server = await serve({ rateLimiter, exemptLoopback: false });
  const first = await server.ask(ECHO, post('{}'));
  assert.equal(first.headers['ratelimit'], '"api";r=1;t=240');
  assert.equal(first.headers['ratelimit-policy'], '"fixed window";"api";q=2;w=300');
  await server.ask(ECHO, post('{}'));
  const refused = await server.ask(ECHO, post('{}'));
  assert.deepEqual(
    [refused.status, refused.headers['retry-after'], refused.headers['ratelimit']],
    [429, '240', '"api";r=0;t=240'],
  );
  await using exempt = await serve({ rateLimiter, exemptLoopback: true });
  assert.equal((await exempt.ask(ECHO, post('{}'))).status, 200);
});

void test('calls with bad tokens, and without one where it is needed, count against the address', async () => {
  const quotas = { api: { anonymous: 2, signedIn: 20 }, resolve: { anonymous: 3, signedIn: 30 } };
  const rateLimiter = new RateLimiter({ quotas, windowSeconds: 300, clock: { now: () => new Date(60_000) } });
  const own = defineRoute({
    ...echo,
    operation: 'own',
    path: '/api/own',
    access: 'user',
    params: z.unknown(),
  });
  await using server = await serve({ rateLimiter, exemptLoopback: false }, [echo, own]);
  const statuses = [];
  for (const headers of [{ authorization: 'Bearer hf_wrong' }, {}, { authorization: 'Bearer hf_other' }])
    statuses.push((await server.ask('/api/own', post('{}', headers))).status);
  assert.deepEqual(statuses, [401, 401, 429]);
});

void test('programs of Spaces that try tokens are counted, and people of the same address are not', async () => {
  const quotas = { api: { anonymous: 2, signedIn: 20 }, resolve: { anonymous: 3, signedIn: 30 } };
  const rateLimiter = new RateLimiter({ quotas, windowSeconds: 300, clock: { now: () => new Date(60_000) } });
  await using server = await serve({ rateLimiter, exemptLoopback: true });
  const tried = async (host: Record<string, string>): Promise<number> =>
    (await server.ask(ECHO, post('{}', { ...host, authorization: 'Bearer hf_wrong' }))).status;
  const statuses: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) statuses.push(await tried({ host: 'hub.holdfast.internal' }));
  assert.deepEqual(statuses, [401, 401, 429, 429]);
  assert.equal(await tried({}), 401);
  assert.equal((await server.ask(ECHO, post('{}', { host: 'hub.holdfast.internal' }))).status, 200);
});

void test('a report of found tokens is answered as any other, also where nothing follows from it', async () => {
  const reported: (readonly string[])[] = [];
  const report = (texts: readonly string[]): Promise<void> => Promise.resolve(void reported.push(texts));
  const route = revokeCredentials({ foundTokens: { report } });
  const quotas = { api: { anonymous: 8, signedIn: 20 }, resolve: { anonymous: 3, signedIn: 30 } };
  const rateLimiter = new RateLimiter({ quotas, windowSeconds: 300, clock: { now: () => new Date(60_000) } });
  await using server = await serve({ rateLimiter, exemptLoopback: false }, [route, echo]);
  const send = async (body: string): Promise<unknown> => {
    const { status, headers, body: text } = await server.ask('/api/credentials/revoke', post(body));
    const { date: _date, 'x-request-id': _id, connection: _connection, ...seen } = headers;
    return { status, seen, text };
  };
  const good = '{"credentials":["a"]}';
  const malformed = ['', '{', '[]', '{"credentials":"a"}', '{"credentials":[]}', `"${'x'.repeat(5000)}"`];
  const first = await send('{"credentials":["a"],"found":"in a log"}');
  assert.equal((first as { status: number }).status, 202);
  for (const body of [...malformed, good, good, good]) assert.deepEqual(await send(body), first, body);
  assert.deepEqual(reported, [['a'], ['a']]);
  const dropped = server
    .logged()
    .split('\n')
    .filter((line) => line.includes('dropped in silence'));
  const codes = dropped.map((line) => (JSON.parse(line) as { code: string }).code);
  assert.deepEqual(codes.slice(-2), ['request.rate-limited', 'request.rate-limited']);
  assert.equal(codes.length, malformed.length + 2);
  // What it spent is spent for other calls from there.
  assert.equal((await server.ask(ECHO, post('{}'))).status, 429);
});

void test('forwarded addresses count from trusted proxies alone', async () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9' };
  const addressOf = (answer: Answer): string => (JSON.parse(answer.body) as { address: string }).address;
  await using plain = await serve();
  assert.equal(addressOf(await plain.ask(ECHO, post('{}', forwarded))), '127.0.0.1');
  await using behind = await serve({ trustedProxies: ['127.0.0.1/32'] });
  assert.equal(addressOf(await behind.ask(ECHO, post('{}', forwarded))), '203.0.113.9');
  // What a client puts in front of what the proxy adds is not believed.
  const spoofed = { 'x-forwarded-for': '127.0.0.1, 203.0.113.9' };
  assert.equal(addressOf(await behind.ask(ECHO, post('{}', spoofed))), '203.0.113.9');
});

void test('a route without an access rule or an output does not boot', async () => {
  for (const missing of ['access', 'output'])
    await assert.rejects(
      serve({}, [{ ...echo, [missing]: undefined }]),
      /declares no access rule or no output/,
    );
});
