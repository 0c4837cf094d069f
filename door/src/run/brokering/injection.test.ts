// The grammar of requests with secrets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEARER, header, PASSWORD, USER, type Place } from '@holdfast/kernel/brokering/place';
import { PROVIDERS } from '@holdfast/kernel/brokering/providers';
import { parseRequestHead } from '../http/head.ts';
import { formsOf } from './forms.ts';
import { readInjection, type InjectionRules, type Reading } from './injection.ts';
import { Search } from './search.ts';

const HELD = 'sk-proj-PLACEHOLDERplaceholder0123456789';
const VALUE = Buffer.from('sk-proj-real-REAL-0000000000000000000000');
const QUERY: Place = { in: 'query', name: 'key' };

function rules(places: readonly Place[], provider: string | null = null): InjectionRules {
  const secret = {
    ...{ version: '1'.repeat(24), name: 'KEY', placeholder: HELD, hosts: ['api.openai.com'] },
    ...{ places: [...places], provider, bytes: VALUE.length },
  };
  const text = Buffer.from(HELD);
  const other = {
    ...secret,
    version: '2'.repeat(24),
    placeholder: `other-${HELD.slice(6)}`,
    hosts: ['api.stripe.com'],
  };
  const wanted = [
    ...formsOf(text).map((form) => ({ name: secret.version, text: form })),
    ...formsOf(Buffer.from(other.placeholder)).map((form) => ({ name: other.version, text: form })),
  ];
  return { host: 'api.openai.com', port: 443, secrets: [secret, other], search: new Search(wanted) };
}

function read(lines: readonly string[], places: readonly Place[] = [BEARER], provider: string | null = null) {
  const head = parseRequestHead(lines.join('\r\n'));
  assert.ok(head !== undefined, lines.join());
  const reading = readInjection(head, rules(places, provider));
  const written = reading.kind === 'inject' ? reading.write(VALUE) : undefined;
  return { reading, written, kind: reading.kind };
}

function readAt(host: string, lines: readonly string[], { secrets, ...rest }: InjectionRules): Reading {
  const head = parseRequestHead(lines.join('\r\n'));
  assert.ok(head !== undefined, lines.join());
  const bound = secrets.slice(0, 1).map((secret) => ({ ...secret, hosts: [host] }));
  return readInjection(head, { ...rest, host, secrets: bound });
}

const POST = 'POST /v1/chat/completions HTTP/1.1';
const HOST = 'Host: api.openai.com';

void test('a placeholder at its place is swapped, and only there', () => {
  const { reading, written } = read(
    [POST, HOST, `authorization: bearer ${HELD}`, 'X-Other: 1'],
    [BEARER],
    'openai',
  );
  assert.deepEqual(reading.kind === 'inject' && reading.route, {
    host: 'api.openai.com',
    method: 'POST',
    template: '/v1/chat/completions',
  });
  assert.deepEqual(
    written?.fields.map(({ written: name, value }) => `${name}: ${value}`),
    [HOST, `authorization: Bearer ${VALUE.toString()}`, 'X-Other: 1'],
  );
  assert.equal(
    read([POST, HOST, `x-api-key: ${HELD}`], [BEARER, header('x-api-key')]).written?.fields[1]?.value,
    VALUE.toString(),
  );
  assert.equal(read([POST, 'Host: API.openai.com:443', `Authorization: Bearer ${HELD}`]).kind, 'inject');
});

void test('both parts of Basic, and a parameter of the query, are places', () => {
  const basic = (text: string): string => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;
  const password = read([POST, HOST, basic(`git:${HELD}`)], [PASSWORD]).written?.fields[1]?.value;
  assert.equal(Buffer.from(password?.slice(6) ?? '', 'base64').toString(), `git:${VALUE.toString()}`);
  const user = read([POST, HOST, basic(`${HELD}:`)], [USER]).written?.fields[1]?.value;
  assert.equal(Buffer.from(user?.slice(6) ?? '', 'base64').toString(), `${VALUE.toString()}:`);
  const query = read([`GET /a?x=1&key=${HELD}&y HTTP/1.1`, HOST], [QUERY]).written?.target;
  assert.equal(query, `/a?x=1&key=${VALUE.toString()}&y`);
  assert.equal(read([POST, HOST, basic(`${HELD}:${HELD}`)], [PASSWORD]).kind, 'misplaced');
  assert.equal(read([POST, HOST, basic(`git:x${HELD}`)], [PASSWORD]).kind, 'misplaced');
  assert.equal(read([POST, HOST, basic(`git:${HELD}`)], [BEARER]).kind, 'misplaced');
  assert.equal(read([`GET /a?key=${HELD}&k%65y=2 HTTP/1.1`, HOST], [QUERY]).kind, 'misplaced');
});

void test('a placeholder anywhere else is misplaced, however it is written', () => {
  const good = `Authorization: Bearer ${HELD}`;
  const hex = Buffer.from(HELD).toString('hex');
  const elsewhere: readonly (readonly string[])[] = [
    [`POST /v1/${HELD} HTTP/1.1`, HOST, good],
    [`POST /v1?x=${HELD} HTTP/1.1`, HOST, good],
    [`POST /v1?x=${HELD.replace('s', '%73')} HTTP/1.1`, HOST, good],
    [`POST /v1?x=${hex} HTTP/1.1`, HOST, good],
    [POST, HOST, good, `X-Copy: ${HELD}`],
    [POST, HOST, good, `X-Copy: prefix ${HELD} suffix`],
    [POST, HOST, good, `X-${HELD}: 1`],
    [POST, HOST, good, `Cookie: a=${HELD}`],
    [POST, HOST, good, `Referer: https://x/?${HELD}`],
    [POST, HOST, good, `X-Copy: ${Buffer.from(`a${HELD}`).toString('base64')}`],
    [POST, HOST, good, `X-Copy: ${Buffer.from(`ab${HELD}`).toString('base64url')}`],
    [POST, HOST, `Authorization: Bearer  ${HELD}x`],
    [POST, HOST, `Authorization: Token ${HELD}`],
    [POST, HOST, `Authorization: Bearer ${HELD}, x`],
    [POST, HOST, `Proxy-Authorization: Bearer ${HELD}`],
    [POST, HOST, `Authorization: Bearer other-${HELD.slice(6)}`],
    [POST, HOST, `User-Agent: ${HELD}`],
    [`${'POST'} /a#${HELD} HTTP/1.1`, HOST],
  ];
  for (const lines of elsewhere) assert.equal(read(lines).kind, 'misplaced', lines.join(' | '));
  const { reading } = read([POST, HOST, good, `X-Copy: ${HELD}`]);
  assert.deepEqual(reading, { kind: 'misplaced', version: '1'.repeat(24), where: 'header x-copy' });
});

void test('requests that two could take differently are refused', () => {
  const good = `Authorization: Bearer ${HELD}`;
  const refused: readonly (readonly string[])[] = [
    [POST, 'Host: evil.example.org', good],
    [POST, good],
    [POST, HOST, HOST, good],
    [POST, `${HOST}.`, good],
    [POST, `${HOST}:80`, good],
    ['POST https://api.openai.com/v1 HTTP/1.1', HOST, good],
    ['POST //evil.example.org/v1 HTTP/1.1', HOST, good],
    ['OPTIONS * HTTP/1.1', HOST, good],
    ['TRACE / HTTP/1.1', HOST, good],
    ['post / HTTP/1.1', HOST, good],
    [POST, HOST, good, 'Authorization: Bearer x'],
    [POST, HOST, good, 'Connection: Upgrade', 'Upgrade: h2c'],
    [POST, HOST, good, 'Upgrade: websocket, h2c'],
    [POST, HOST, good, 'Connection: authorization'],
  ];
  for (const lines of refused) assert.equal(read(lines).kind, 'refused', lines.join(' | '));
});

void test('routes that mint or echo are refused with a secret, and free without', () => {
  const good = `Authorization: Bearer ${HELD}`;
  for (const path of [
    '/v1/organization/admin_api_keys',
    '/v1/%6frganization/x',
    '/v1/realtime/client_secrets',
  ])
    assert.equal(read([`POST ${path} HTTP/1.1`, HOST, good], [BEARER], 'openai').kind, 'refused', path);
  assert.equal(read(['POST /v1/organization/x HTTP/1.1', HOST], [BEARER], 'openai').kind, 'plain');
});

void test('a request without a placeholder has nothing swapped', () => {
  assert.equal(read([POST, HOST, 'Authorization: Bearer sk-proj-of-somebody-else']).kind, 'plain');
});

void test('a request that is signed as AWS does is signed again, or refused with a reason', () => {
  const place: Place = { in: 'aws-signature', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
  const signed = (key: string, more: readonly string[] = []): readonly string[] => [
    ...['GET / HTTP/1.1', HOST, 'X-Amz-Date: 20130524T000000Z', ...more],
    `Authorization: AWS4-HMAC-SHA256 Credential=${key}/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'a'.repeat(64)}`,
  ];
  assert.equal(read(signed('AKIAIOSFODNN7EXAMPLE'), [place]).kind, 'sign');
  assert.equal(read(signed('AKIAIOSFODNN7OTHERS'), [place]).kind, 'plain');
  assert.equal(read(signed('AKIAIOSFODNN7EXAMPLE'), [BEARER]).kind, 'plain');
  const chunks = ['X-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD'];
  assert.equal(read(signed('AKIAIOSFODNN7EXAMPLE', chunks), [place]).kind, 'refused');
  assert.equal(
    read(signed('AKIAIOSFODNN7EXAMPLE', [`X-Key: ${HELD}`]), [place, header('x-key')]).kind,
    'refused',
  );
});

void test('what mints or echoes is refused with a secret of every provider, and what derives is told by its route', () => {
  const seen = { refused: 0, derived: 0 };
  for (const { id, routes, brokering } of PROVIDERS)
    for (const { kind, method, template } of routes) {
      if (kind === 'uses' || brokering.kind === 'none') continue;
      const target = template.replace('{*}', 'some/where').replaceAll('{}', 'x');
      const line = `${method === '*' ? 'POST' : method} ${target} HTTP/1.1`;
      const { reading } = read([line, HOST, `Authorization: Bearer ${HELD}`], [BEARER], id);
      if (kind === 'derives') {
        assert.ok(reading.kind === 'inject' && reading.route.template !== '*', `${id}: ${line}`);
        seen.derived += 1;
      } else {
        assert.ok(reading.kind === 'refused' && reading.status === 403, `${id}: ${line}`);
        assert.match(
          reading.why,
          kind === 'mints' ? /gives out other credentials/ : /repeats the credential/,
        );
        seen.refused += 1;
      }
    }
  assert.ok(seen.refused > 50 && seen.derived > 3, JSON.stringify(seen));
});

void test('what mints or echoes at a host is refused with whatever key is sent there, and the rest is told by its route', () => {
  const seen = { refused: 0, told: 0 };
  // A key that the table does not know, and one that looks like somebody else's.
  const others = [rules([BEARER]), rules([BEARER], 'voyage')];
  const asked = PROVIDERS.flatMap(({ routes, brokering }) =>
    (brokering.kind === 'none' ? [] : brokering.hosts).flatMap((host) =>
      routes.flatMap((route) => others.map((other) => ({ host, other, ...route }))),
    ),
  );
  for (const { host, other, kind, method, template } of asked) {
    const target = template.replace('{*}', 'some/where').replaceAll('{}', 'x');
    const line = `${method === '*' ? 'POST' : method} ${target} HTTP/1.1`;
    const reading = readAt(host, [line, `Host: ${host}`, `Authorization: Bearer ${HELD}`], other);
    const what = `${host}: ${line} with ${other.secrets[0]?.provider}`;
    if (kind === 'mints' || kind === 'echoes') {
      assert.ok(reading.kind === 'refused' && reading.status === 403, what);
      assert.match(reading.why, /^the route \/\S+ is not asked with a secret: it /, what);
      seen.refused += 1;
    } else if (reading.kind === 'inject') {
      assert.notEqual(reading.route.template, '*', what);
      seen.told += 1;
    } else assert.equal(reading.kind, 'refused', what); // of a wider route that mints
  }
  assert.ok(seen.refused > 200 && seen.told > 200, JSON.stringify(seen));
});

void test('a request that may name another method is judged by every method', () => {
  const of = (line: string, ...more: readonly string[]): Reading => {
    const lines = [`${line} HTTP/1.1`, 'Host: gitlab.com', `PRIVATE-TOKEN: ${HELD}`, ...more];
    return readAt('gitlab.com', lines, rules([header('private-token')]));
  };
  const keys = '/api/v4/deploy_keys';
  assert.equal(of(`GET ${keys}`).kind, 'inject');
  assert.equal(of(`GET ${keys}?order=by_title&_meth%`).kind, 'inject');
  for (const field of [
    'X-HTTP-Method-Override',
    'x-http-method',
    'X-Method-Override',
    'X_HTTP_METHOD_OVERRIDE',
  ])
    for (const asked of ['POST', 'post', 'GET', ''])
      assert.equal(of(`GET ${keys}`, `${field}: ${asked}`).kind, 'refused', `${field}: ${asked}`);
  for (const query of [
    '_method=POST',
    'a=b&_method=post',
    'a;_Method',
    '%5fm%65thod=POST',
    '%255fm%2565thod=POST',
    '_method[]=POST',
  ])
    assert.equal(of(`GET ${keys}?${query}`).kind, 'refused', query);
  const form = 'Content-Type: application/x-www-form-urlencoded';
  const variables = '/api/v4/projects/1/pipelines/2/variables';
  assert.equal(of(`POST ${variables}`, form).kind, 'refused');
  assert.equal(of(`DELETE ${variables}`).kind, 'inject');
  assert.equal(of(`DELETE ${variables}`, 'X-HTTP-Method-Override: GET').kind, 'refused');
  // Where nothing is refused, such a request goes on, under its own name.
  const reading = of('POST /api/v4/projects/1/issues?_method=GET', 'X-HTTP-Method-Override: GET');
  assert.deepEqual(reading.kind === 'inject' && reading.route, {
    ...{ host: 'gitlab.com', method: 'POST', template: '/api/v4/projects/{}/{*}' },
  });
});

void test('a host that the table does not have is asked for everything with a key that nobody knows', () => {
  const lines = [
    'POST /api/v4/projects/1/access_tokens HTTP/1.1',
    'Host: git.acme.dev',
    `PRIVATE-TOKEN: ${HELD}`,
  ];
  const reading = readAt('git.acme.dev', lines, rules([header('private-token')]));
  assert.deepEqual(reading.kind === 'inject' && reading.route, {
    ...{ host: 'git.acme.dev', method: 'POST', template: '*' },
  });
  // One that is known by its shape is a key of a provider wherever it goes.
  assert.equal(readAt('git.acme.dev', lines, rules([header('private-token')], 'gitlab')).kind, 'refused');
});
