// Four names must be one: of the tunnel, of the TLS greeting, of each request, and of what the secret is bound to. What two readers could
// take differently goes nowhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openBrokered, until } from '../harness/brokered.ts';
import { PLAYED, VALUES } from '../harness/values.ts';

const HELD = VALUES.openai[1];
const GOOD = `Authorization: Bearer ${HELD}\r\nConnection: close\r\n`;
const HOST = `Host: ${PLAYED.openai}\r\n`;

const REFUSED: Readonly<Record<string, string>> = {
  'another host': `GET / HTTP/1.1\r\nHost: ${PLAYED.evil}\r\n${GOOD}\r\n`,
  'another bound host': `GET / HTTP/1.1\r\nHost: ${PLAYED.anthropic}\r\n${GOOD}\r\n`,
  'two hosts': `GET / HTTP/1.1\r\n${HOST}Host: ${PLAYED.evil}\r\n${GOOD}\r\n`,
  'two hosts the other way': `GET / HTTP/1.1\r\nHost: ${PLAYED.evil}\r\n${HOST}${GOOD}\r\n`,
  'no host': `GET / HTTP/1.1\r\n${GOOD}\r\n`,
  'a host with a dot': `GET / HTTP/1.1\r\nHost: ${PLAYED.openai}.\r\n${GOOD}\r\n`,
  'another port': `GET / HTTP/1.1\r\nHost: ${PLAYED.openai}:8443\r\n${GOOD}\r\n`,
  'an absolute target': `GET https://${PLAYED.evil}/ HTTP/1.1\r\n${HOST}${GOOD}\r\n`,
  'an absolute target of its own': `GET https://${PLAYED.openai}/ HTTP/1.1\r\n${HOST}${GOOD}\r\n`,
  'a target with two slashes': `GET //${PLAYED.evil}/ HTTP/1.1\r\n${HOST}${GOOD}\r\n`,
  'a tunnel in the tunnel': `CONNECT ${PLAYED.evil}:443 HTTP/1.1\r\n${HOST}${GOOD}\r\n`,
  trace: `TRACE / HTTP/1.1\r\n${HOST}${GOOD}\r\n`,
  'two credentials': `GET / HTTP/1.1\r\n${HOST}${GOOD}Authorization: Bearer x\r\n\r\n`,
  'an upgrade to HTTP/2': `GET / HTTP/1.1\r\n${HOST}Authorization: Bearer ${HELD}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
  'a host that Connection takes away': `GET / HTTP/1.1\r\n${HOST}Authorization: Bearer ${HELD}\r\nConnection: close, host\r\n\r\n`,
  'a credential that Connection takes away': `GET / HTTP/1.1\r\n${HOST}Authorization: Bearer ${HELD}\r\nConnection: close, authorization\r\n\r\n`,
  'length and chunks': `POST / HTTP/1.1\r\n${HOST}${GOOD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'two lengths': `POST / HTTP/1.1\r\n${HOST}${GOOD}Content-Length: 4\r\nContent-Length: 5\r\n\r\naaaaa`,
  'a length with a sign': `POST / HTTP/1.1\r\n${HOST}${GOOD}Content-Length: +4\r\n\r\naaaa`,
  'a strange coding': `POST / HTTP/1.1\r\n${HOST}${GOOD}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
  'a coding twice': `POST / HTTP/1.1\r\n${HOST}${GOOD}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n`,
  'a folded line': `GET / HTTP/1.1\r\n${HOST}${GOOD}X: a\r\n b\r\n\r\n`,
  'a space before the colon': `GET / HTTP/1.1\r\nHost : ${PLAYED.evil}\r\n${HOST}${GOOD}\r\n`,
  'a bare line feed': `GET / HTTP/1.1\r\n${HOST}${GOOD}X: a\nHost: ${PLAYED.evil}\r\n\r\n`,
  'a zero byte': `GET / HTTP/1.1\r\n${HOST}${GOOD}X: a\0b\r\n\r\n`,
  'HTTP/1.0': `GET / HTTP/1.0\r\n${HOST}${GOOD}\r\n`,
  'a chunk without a size': `POST / HTTP/1.1\r\n${HOST}${GOOD}Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n`,
  'a chunk that ends in a line feed': `POST / HTTP/1.1\r\n${HOST}${GOOD}Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n`,
};

void test('a request that disagrees with its connection, or with itself, has nothing swapped', async (t) => {
  await using brokered = await openBrokered();
  const { ask, world } = brokered;
  for (const [name, text] of Object.entries(REFUSED))
    await t.test(name, async () => {
      assert.match(await ask(PLAYED.openai, text), /^HTTP\/1\.1 4\d\d /);
      assert.deepEqual(
        world.seen.filter(({ played }) => played !== undefined),
        [],
      );
    });
});

void test('a tunnel for one host and a greeting for another do not come together', async () => {
  await using brokered = await openBrokered();
  for (const servername of [PLAYED.evil, PLAYED.anthropic, `x.${PLAYED.openai}`])
    await assert.rejects(brokered.openTls(PLAYED.openai, { servername }));
  const { frames } = brokered.door;
  assert.ok(
    await until(() => frames.some((frame) => frame.type === 'refused' && /greeting is for/.test(frame.why))),
  );
});

void test('a host whose certificate the public does not trust is not asked', async () => {
  await using brokered = await openBrokered(undefined, {}, 'nobody');
  assert.match(
    await brokered.ask(PLAYED.openai, `GET / HTTP/1.1\r\n${HOST}${GOOD}\r\n`),
    /^HTTP\/1\.1 502 [^]*is not believed/,
  );
  assert.deepEqual(
    brokered.world.seen.filter(({ played }) => played !== undefined),
    [],
  );
});

void test('what follows a request on the same connection is judged for itself', async () => {
  await using brokered = await openBrokered();
  const first = `GET /v1/models HTTP/1.1\r\n${HOST}Authorization: Bearer ${HELD}\r\n\r\n`;
  const second = `GET /v1/models HTTP/1.1\r\nHost: ${PLAYED.evil}\r\n${GOOD}\r\n`;
  const answer = await brokered.ask(PLAYED.openai, first + second);
  assert.match(answer, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1 421 /);
});
