// A host, or a route of one, that gives the credential back: it is seen in the forms that are looked for, the answer is cut, and the
// vault hears that the run now holds the value.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { BEARER } from '@holdfast/kernel/brokering/place';
import {
  digestOfPayload,
  isSignedWith,
  readSigned,
  signAgain,
} from '../../src/run/brokering/aws-signature.ts';
import type { RequestHead } from '../../src/run/http/head.ts';
import { openBrokered, until } from '../harness/brokered.ts';
import { PLAYED, VALUES } from '../harness/values.ts';
import { secretOf } from '../harness/vault-player.ts';

const [REAL, HELD] = VALUES.openai;
const WAYS =
  'plain hex HEX base64-0 base64-1 base64-2 percent location header cookie reason hint trailer split'.split(
    ' ',
  );

function get(path: string, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${PLAYED.openai}\r\nAuthorization: Bearer ${HELD}\r\n${more}Connection: close\r\n\r\n`;
}

function holds(answer: string): boolean {
  const forms = [REAL, Buffer.from(REAL).toString('hex'), Buffer.from(REAL).toString('base64').slice(0, -4)];
  const read = answer.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return forms.some((form) => `${answer}\n${read}`.toLowerCase().includes(form.toLowerCase()));
}

void test('a credential that comes back is cut out with its answer, and told', async (t) => {
  await using brokered = await openBrokered();
  const { ask, vault } = brokered;
  const echoes = (): number => vault.words.filter(({ type }) => type === 'echo').length;
  for (const way of WAYS)
    await t.test(way, async () => {
      // One route is told once in a fifth of a second.
      await delay(250);
      const before = echoes();
      const answer = await ask(PLAYED.openai, get(`/echo/${way}`));
      assert.equal(holds(answer), false, answer);
      // Not even its beginning, had the rest come later.
      assert.equal(answer.includes(REAL.slice(0, 9)), false, answer);
      assert.ok(await until(() => echoes() > before), `nobody was told: ${answer}`);
    });
});

void test('an answer in an encoding that was not asked for does not come through', async () => {
  await using brokered = await openBrokered();
  const answer = await brokered.ask(PLAYED.openai, get('/echo/gzip', 'Accept-Encoding: gzip\r\n'));
  assert.match(answer, /^HTTP\/1\.1 502 [^]*encoding/);
  await until(() => brokered.world.seen.some(({ played }) => played !== undefined));
  const [seen] = brokered.world.seen.filter(({ played }) => played !== undefined);
  assert.ok(seen?.raw?.includes('identity') && !seen.raw.includes('gzip'));
});

void test('parts of an answer are asked for only where the table of providers allows it', async () => {
  await using brokered = await openBrokered();
  const range = 'Range: bytes=0-5\r\nIf-Range: "x"\r\n';
  await brokered.ask(PLAYED.openai, get('/v1/models', range));
  await brokered.ask(
    PLAYED.git,
    `GET /a HTTP/1.1\r\nHost: ${PLAYED.git}\r\nAuthorization: Bearer ${VALUES.git[1]}\r\n${range}Connection: close\r\n\r\n`,
  );
  const all = () => brokered.world.seen.filter(({ played }) => played !== undefined);
  await until(() => all().length === 2);
  const asked = all();
  assert.deepEqual(
    asked.map(({ raw }) => raw?.includes('bytes=0-5')),
    [false, true],
  );
});

void test('an answer that streams is not held up, and what only begins like the value arrives whole', async () => {
  await using brokered = await openBrokered();
  const socket = await brokered.openTls(PLAYED.openai);
  socket.write(get('/forever'));
  let all = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (all += piece));
  assert.ok(await until(() => (all.match(/data: more/g)?.length ?? 0) >= 3));
  socket.destroy();
  assert.ok((await brokered.ask(PLAYED.openai, get('/echo/nearly'))).endsWith(REAL.slice(0, 20)));
});

/** A request as a client of AWS signs it with what it has, as text. */
function signed(target: string, names: readonly string[] = ['accept-encoding']): string {
  const signedHeaders = [...names, 'host', 'x-amz-content-sha256', 'x-amz-date'].toSorted().join(';');
  const [payload, at] = [digestOfPayload(Buffer.alloc(0)), '20260101T000000Z'];
  const fields = Object.entries({
    Host: PLAYED.aws,
    'Accept-Encoding': 'gzip',
    Range: 'bytes=0-5',
    'X-Amz-Content-Sha256': payload,
    'X-Amz-Date': at,
    Authorization: '',
  }).map(([written, value]) => ({ name: written.toLowerCase(), written, value }));
  const head: RequestHead = { method: 'GET', target, fields };
  const { fields: all } = signAgain(
    head,
    {
      ...{ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', scope: '20260101/us-east-1/s3/aws4_request', signature: '' },
      ...{ signedHeaders, at, payload },
    },
    { key: Buffer.from(VALUES.aws[1]), payload },
  );
  const lines = all.map(({ written, value }) => `${written}: ${value}\r\n`).join('');
  return `GET ${target} HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`;
}

void test('a key that only signs is looked for in answers too, and what is stored encoded comes as it is', async () => {
  await using brokered = await openBrokered();
  const { ask, vault } = brokered;
  const key = VALUES.aws[0];
  const version = brokered.secrets.find(({ name }) => name === 'AWS')?.version;
  const echoes = (): number =>
    vault.words.filter((word) => word.type === 'echo' && word.version === version).length;
  for (const way of ['plain', 'hex', 'base64-1', 'header', 'split']) {
    await delay(250);
    const before = echoes();
    const answer = await ask(PLAYED.aws, signed(`/echo/${way}`));
    for (const form of [key, Buffer.from(key).toString('hex'), key.slice(0, 9)])
      assert.equal(answer.includes(form), false, answer);
    assert.ok(await until(() => echoes() > before), `nobody was told: ${answer}`);
  }
  const told = echoes();
  assert.match(await ask(PLAYED.aws, signed('/echo/gzip')), /^HTTP\/1\.1 200 [^]*content-encoding: gzip/i);
  assert.match(await ask(PLAYED.aws, signed('/bucket/a')), /^HTTP\/1\.1 200 [^]*"hello":0/);
  assert.equal(echoes(), told);
});

void test('the signature that was made with a key does not come back, and is told as no value', async () => {
  await using brokered = await openBrokered();
  const { ask, vault, world } = brokered;
  for (const way of WAYS.filter((name) => name !== 'header' && name !== 'reason'))
    assert.doesNotMatch(
      await ask(PLAYED.aws, signed(`/signature/${way}`)),
      /HTTP\/1\.1 200 [^]*[0-9a-f]{9}/,
      way,
    );
  for (const way of ['plain', 'header', 'reason'])
    assert.match(
      await ask(PLAYED.aws, signed(`/signature/${way}`)),
      /^HTTP\/1\.1 502 [^]* had the signature that was made with a secret of this Space in it/,
      way,
    );
  assert.match(await ask(PLAYED.aws, signed('/signature/refused-gzip')), /^HTTP\/1\.1 502 [^]*encoding/);
  assert.match(await ask(PLAYED.aws, signed('/bucket/a')), /^HTTP\/1\.1 200 [^]*"hello":0/);
  assert.deepEqual(
    vault.words.filter(({ type }) => type === 'echo'),
    [],
  );
  const [sent] = world.seen.filter(({ played, url }) => played !== undefined && url === '/signature/plain');
  assert.ok(sent !== undefined);
});

void test('of a re-signed request what would hide a value is asked for only where it is signed', async () => {
  // Of a provider that the table does not have.
  const place = { in: 'aws-signature', accessKeyId: '' } as const;
  await using brokered = await openBrokered([secretOf('aws', [PLAYED.aws], { places: [place] })]);
  for (const names of [[], ['accept-encoding', 'range']])
    assert.match(await brokered.ask(PLAYED.aws, signed('/bucket/a', names)), /^HTTP\/1\.1 200 /);
  const asked = () => brokered.world.seen.filter(({ played }) => played !== undefined);
  assert.ok(await until(() => asked().length === 2));
  assert.deepEqual(
    asked().map(({ raw }) => ['gzip', 'identity', 'bytes=0-5'].filter((word) => raw?.includes(word))),
    [['identity'], ['gzip', 'bytes=0-5']],
  );
  for (const { url = '', raw = [] } of asked()) {
    const fields = raw.flatMap((written, at) =>
      at % 2 === 0 ? [{ name: written.toLowerCase(), written, value: raw[at + 1] ?? '' }] : [],
    );
    const head = { method: 'GET', target: url, fields };
    const [read, payload] = [readSigned(head), digestOfPayload(Buffer.alloc(0))];
    assert.ok(
      typeof read === 'object' && isSignedWith(head, read, { key: Buffer.from(VALUES.aws[0]), payload }),
    );
  }
});

void test('routes that mint or echo by their nature are not asked with a secret', async () => {
  await using brokered = await openBrokered();
  for (const path of [
    '/v1/organization/admin_api_keys',
    '/v1/%6frganization/projects',
    '/v1//realtime/sessions',
    '/V1/Organization/x',
  ])
    assert.match(
      await brokered.ask(
        PLAYED.openai,
        get(path).replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n'),
      ),
      /^HTTP\/1\.1 403 /,
      path,
    );
  assert.deepEqual(
    brokered.world.seen.filter(({ played }) => played !== undefined),
    [],
  );
  assert.equal(brokered.vault.words.length, 0);
});

void test('a key that the table does not know is refused the routes of the host that it is sent to, and told by them', async () => {
  // Neither has a shape that says whose it is: one has no provider, the other looks like somebody else's.
  await using brokered = await openBrokered([
    secretOf('openai', [PLAYED.openai], { places: [BEARER] }),
    secretOf('git', [PLAYED.git], { places: [BEARER], provider: 'cohere' }),
  ]);
  const asks = () => brokered.vault.words.filter((word) => word.type === 'ask');
  const post = (host: string, path: string, key: string): string =>
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  for (const [host, path, key] of [
    [PLAYED.openai, '/v1/organization/admin_api_keys', VALUES.openai[1]],
    [PLAYED.git, '/login/oauth/access_token', VALUES.git[1]],
  ] as const)
    assert.match(
      await brokered.ask(host, post(host, path, key)),
      /^HTTP\/1\.1 403 [^]* the route \/\S+ is not asked with a secret: it gives out other credentials/,
      path,
    );
  assert.deepEqual([brokered.world.seen.filter(({ played }) => played !== undefined), asks()], [[], []]);
  assert.match(await brokered.ask(PLAYED.openai, get('/v1/models')), /^HTTP\/1\.1 200 /);
  assert.deepEqual(
    asks().map((word) => word.route.template),
    ['/v1/models'],
  );
});
