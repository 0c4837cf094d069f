// A file goes up in chunks and comes down whole, in parts, and in chunks.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { commit, regularFile } from '../../harness/lfs.ts';
import { encodeShard, encodeXorb, encodeXorbFooter } from '../../harness/xet-encode.ts';
import {
  askXet,
  commitXet,
  openXet,
  putShard,
  putXorb,
  reconstruction,
  sampleOf,
  uploadXet,
  xetSample,
  type XetSession,
} from '../../harness/xet.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';

async function setUp(): Promise<ServedHub & { ada: string }> {
  const hub = await openServedHub();
  const ada = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  return Object.assign(hub, { ada });
}

const repo = 'ada/model';

/** A hash as paths spell it. */
function xetHashText(hash: Buffer | undefined): string {
  return Buffer.from(hash ?? [])
    .swap64()
    .toString('hex');
}

async function download(hub: ServedHub & { ada: string }, path: string, range?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${hub.ada}`, ...(range !== undefined && { range }) };
  return await fetch(`${hub.url}/${repo}/resolve/main/${path}`, { headers });
}

void test('a file of several xorbs, with chunks packed in every way, comes back byte for byte', async () => {
  await using hub = await setUp();
  const text = (length: number) =>
    Buffer.from('lorem ipsum dolor sit amet '.repeat(length / 27 + 1)).subarray(0, length);
  const first = encodeXorb([randomBytes(70_000), text(131_072), text(1)], (chunk) =>
    chunk === 0 ? 'none' : 'lz4',
  );
  const second = encodeXorb(
    [Buffer.from(new Float32Array(9_001).map((_, i) => i / 7).buffer), randomBytes(8)],
    'bg4',
  );
  const terms = [
    { xorb: first, start: 1, end: 3 },
    { xorb: second, start: 0, end: 2 },
    { xorb: first, start: 0, end: 2 },
  ];
  const sample = sampleOf(first, terms);
  const session = await openXet(hub, { token: hub.ada, repo }, 'write');
  for (const xorb of [first, second]) assert.equal((await putXorb(session, xorb)).status, 200);
  const answer = await putShard(session, encodeShard({ files: [sample.file] }), 2);
  assert.equal(answer.headers.get('content-type'), 'application/x-ndjson');
  const events = (await answer.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  assert.deepEqual(events.at(-1), { type: 'result', result: 1 });
  await commitXet(hub, { token: hub.ada, repo }, { sample, path: 'a.bin' });

  const whole = await download(hub, 'a.bin');
  assert.equal(whole.headers.get('x-xet-hash'), sample.file.hash);
  assert.equal(whole.headers.get('etag'), `"${sample.oid}"`);
  assert.ok(Buffer.from(await whole.arrayBuffer()).equals(sample.bytes));
  const size = sample.bytes.length;
  for (const [start, end] of [
    [0, 0],
    [131_071, 131_073],
    [131_073, 131_073],
    [size - 1, size + 9],
    [5, size - 7],
  ] as const) {
    const part = await download(hub, 'a.bin', `bytes=${start}-${end}`);
    assert.equal(part.status, 206);
    const wanted = sample.bytes.subarray(start, end + 1);
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(wanted), `${start}-${end}`);
  }
});

void test('who asks how a file is put together is told in headers and body, and comes to its chunks by them', async () => {
  await using hub = await setUp();
  const sample = xetSample();
  await uploadXet(hub, { token: hub.ada, repo, sample, path: 'a.bin' });
  // As clients of browsers ask.
  const headers = { range: 'bytes=0-0', accept: 'application/vnd.xet-fileinfo+json, */*' };
  const authorization = `Bearer ${hub.ada}`;
  const address = `${hub.url}/${repo}/resolve/main/a.bin`;
  const answer = await fetch(address, { headers: { ...headers, authorization } });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/vnd.xet-fileinfo+json');
  assert.equal(answer.headers.get('x-linked-size'), String(sample.bytes.length));
  assert.equal(answer.headers.get('x-linked-etag'), `"${sample.oid}"`);
  const told = (await answer.json()) as Record<'hash' | 'etag' | 'refreshUrl' | 'casUrl', string> & {
    size: number;
  };
  assert.deepEqual(
    [told.hash, told.size, told.etag, answer.headers.get('x-xet-hash')],
    [sample.file.hash, sample.bytes.length, `"${sample.oid}"`, sample.file.hash],
  );
  const links = new Map(
    [...(answer.headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="([^"]+)"/g)].map(
      ([, url = '', rel = '']) => [rel, url],
    ),
  );
  assert.equal(links.get('xet-auth'), told.refreshUrl);
  assert.equal(links.get('xet-reconstruction-info'), `${told.casUrl}/v1/reconstructions/${told.hash}`);
  const session = (await (await fetch(told.refreshUrl, { headers: { authorization } })).json()) as XetSession;
  assert.equal(session.casUrl, told.casUrl);
  assert.ok((await reconstruction(session, told.hash)).terms.length > 0);
  // Nobody else is told anything, and of a file that is no such one its bytes come.
  assert.equal((await fetch(address, { headers })).status, 401);
  await commit(hub, { token: hub.ada, repo }, [regularFile('b.txt', 'plain')]);
  const plain = await fetch(`${hub.url}/${repo}/resolve/main/b.txt`, {
    headers: { ...headers, authorization },
  });
  assert.deepEqual([plain.status, await plain.text()], [206, 'p']);
});

void test('a xorb may have a footer, and may come twice', async () => {
  await using hub = await setUp();
  const { xorb } = xetSample();
  const session = await openXet(hub, { token: hub.ada, repo }, 'write');
  const withFooter = { ...xorb, bytes: Buffer.concat([xorb.bytes, encodeXorbFooter(xorb)]) };
  assert.deepEqual(await (await putXorb(session, withFooter)).json(), { was_inserted: true });
  assert.deepEqual(await (await putXorb(session, xorb)).json(), { was_inserted: false });
  const head = await askXet(session, `/v1/xorbs/default/${xorb.hash}`, { method: 'HEAD' });
  assert.equal(head.headers.get('content-length'), String(xorb.bytes.length));
});

void test('a shard may come twice, and the same file in another repository is uploaded again', async () => {
  await using hub = await setUp();
  await hub.addRepo('ada/other');
  const sample = xetSample();
  const session = await uploadXet(hub, { token: hub.ada, repo, sample, path: 'a.bin' });
  const shard = encodeShard({ files: [sample.file] });
  assert.deepEqual(await (await putShard(session, shard)).json(), { result: 0 });
  const other = await openXet(hub, { token: hub.ada, repo: 'ada/other' }, 'write');
  assert.equal((await putShard(other, shard)).status, 404);
  assert.deepEqual(await (await putXorb(other, sample.xorb)).json(), { was_inserted: true });
  assert.deepEqual(await (await putShard(other, shard)).json(), { result: 1 });
});

void test('a reconstruction gives links to exactly the chunks of a range', async () => {
  await using hub = await setUp();
  const whole = xetSample(6, 10_000);
  const { xorb } = whole;
  const sample = sampleOf(xorb, [
    { xorb, start: 0, end: 2 },
    { xorb, start: 4, end: 6 },
  ]);
  const session = await uploadXet(hub, { token: hub.ada, repo, sample, path: 'a.bin' });
  const { terms, xorbs, offset_into_first_range: skip } = await reconstruction(session, sample.file.hash);
  assert.equal(skip, 0);
  assert.deepEqual(
    terms.map(({ range }) => range),
    [
      { start: 0, end: 2 },
      { start: 4, end: 6 },
    ],
  );
  const [entry] = xorbs[xorb.hash] ?? [];
  assert.deepEqual(
    entry?.ranges.map(({ bytes }) => bytes),
    [
      { start: 0, end: 2 * 10_008 - 1 },
      { start: 4 * 10_008, end: 6 * 10_008 - 1 },
    ],
  );
  const fetched = await fetch(entry?.url ?? '', { headers: { range: `bytes=0-${2 * 10_008 - 1}` } });
  assert.equal(fetched.status, 206);
  assert.ok(Buffer.from(await fetched.arrayBuffer()).equals(xorb.bytes.subarray(0, 2 * 10_008)));
  const both = await fetch(entry?.url ?? '', { headers: { range: 'bytes=0-9,40032-40041' } });
  assert.match(both.headers.get('content-type') ?? '', /^multipart\/byteranges; boundary=\w{20,}$/);
  const body = Buffer.from(await both.arrayBuffer());
  assert.ok(body.includes(xorb.bytes.subarray(0, 10)) && body.includes(xorb.bytes.subarray(40_032, 40_042)));
  const late = await reconstruction(session, sample.file.hash, 'bytes=25000-25999');
  assert.deepEqual([late.offset_into_first_range, late.terms[0]?.range], [5_000, { start: 4, end: 5 }]);
});

void test('a window beyond the end is answered with 416, one that reaches over it is cut', async () => {
  await using hub = await setUp();
  const sample = xetSample(2, 1_000);
  const session = await uploadXet(hub, { token: hub.ada, repo, sample, path: 'a.bin' });
  const ask = async (range: string) =>
    await askXet(session, `/v1/reconstructions/${sample.file.hash}`, { headers: { range } });
  assert.equal((await ask('bytes=2000-18446744073709551614')).status, 416);
  assert.equal((await ask('bytes=256000000-767999999')).status, 416);
  const cut = await ask('bytes=1500-18446744073709551614');
  const { terms } = (await cut.json()) as { terms: { range: object }[] };
  assert.deepEqual(
    terms.map(({ range }) => range),
    [{ start: 1, end: 2 }],
  );
});

void test('a chunk that begins a file is found, under a key', async () => {
  await using hub = await setUp();
  const sample = xetSample(3, 2_000);
  const session = await uploadXet(hub, { token: hub.ada, repo, sample, path: 'a.bin' });
  const [first, second] = sample.xorb.hashes;
  const found = await askXet(session, `/v1/chunks/default/${xetHashText(first)}`);
  assert.equal(found.status, 200);
  const shard = Buffer.from(await found.arrayBuffer());
  assert.equal(shard.subarray(0, 14).toString(), 'HFRepoMetaData');
  // It names no hash of a chunk: who did not have the chunk must not be able to claim it.
  for (const hash of sample.xorb.hashes) assert.ok(!shard.includes(hash));
  assert.equal((await askXet(session, `/v1/chunks/default/${xetHashText(second)}`)).status, 404);
});

void test('questions of one moment about many chunks, from two scopes, each get their own answer', async () => {
  await using hub = await setUp();
  await hub.addRepo('ada/other');
  const samples = [xetSample(3, 2_000), xetSample(3, 2_000)] as const;
  const own = await uploadXet(hub, { token: hub.ada, repo, sample: samples[0], path: 'a.bin' });
  const other = await uploadXet(hub, {
    token: hub.ada,
    repo: 'ada/other',
    sample: samples[1],
    path: 'b.bin',
  });
  const [first, second] = samples.map(({ xorb }) => xetHashText(xorb.hashes[0]));
  const ask = async (session: typeof own, hash: string | undefined) =>
    (await askXet(session, `/v1/chunks/default/${hash ?? ''}`)).status;
  const statuses = await Promise.all(
    Array.from({ length: 10 }, () => [
      ask(own, first),
      ask(own, second),
      ask(other, first),
      ask(other, second),
    ]).flat(),
  );
  assert.deepEqual(statuses, Array.from({ length: 10 }, () => [200, 404, 404, 200]).flat());
});

void test('a duplicate of a repository has its files, and keeps them when the first is deleted', async () => {
  await using hub = await setUp();
  const sample = xetSample();
  await uploadXet(hub, { token: hub.ada, repo, sample, path: 'a.bin' });
  const post = async (path: string, body: object, method = 'POST') => {
    const headers = { authorization: `Bearer ${hub.ada}`, 'content-type': 'application/json' };
    const answer = await fetch(`${hub.url}${path}`, { method, headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, await answer.text());
  };
  await post(`/api/models/${repo}/duplicate`, { repository: 'ada/copy' });
  await post('/api/repos/delete', { name: 'model', organization: 'ada', type: 'model' }, 'DELETE');
  const answer = await fetch(`${hub.url}/ada/copy/resolve/main/a.bin`, {
    headers: { authorization: `Bearer ${hub.ada}` },
  });
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(sample.bytes));
  const session = await openXet(hub, { token: hub.ada, repo: 'ada/copy' }, 'read');
  assert.equal((await reconstruction(session, sample.file.hash)).terms.length, 1);
});

void test('bytes that went bad on the disk are not given out as the file', async () => {
  await using hub = await setUp();
  const sample = xetSample(4, 300_000 / 4);
  await uploadXet(hub, { token: hub.ada, repo, sample, path: 'a.bin' });
  const [pack = ''] = (await readdir(`${hub.objects}/packs`, { recursive: true })).filter((name) =>
    /[0-9a-f]{64}$/.test(name),
  );
  const file = `${hub.objects}/packs/${pack}`;
  const bytes = await readFile(file);
  bytes[200_000] = (bytes[200_000] ?? 0) ^ 1;
  await writeFile(file, bytes);
  await assert.rejects(async () => await (await download(hub, 'a.bin')).arrayBuffer());
  // What is not damaged still comes.
  const head = await download(hub, 'a.bin', 'bytes=0-999');
  assert.ok(Buffer.from(await head.arrayBuffer()).equals(sample.bytes.subarray(0, 1_000)));
});
