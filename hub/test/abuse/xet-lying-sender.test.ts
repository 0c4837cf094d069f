// Somebody who may write sends xorbs and shards that are not what they claim. Each is refused with a reason, and nothing
// of it stays.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { describeFile, encodeChunk, encodeShard, encodeXorb, type TestFile } from '../harness/xet-encode.ts';
import {
  askXet,
  commitXet,
  openXet,
  putShard,
  putXorb,
  sampleOf,
  xetSample,
  type XetSession,
} from '../harness/xet.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';

const repo = 'eve/model';

async function setUp(): Promise<ServedHub & { eve: string; session: XetSession }> {
  const hub = await openServedHub();
  const eve = await hub.addUser('eve');
  await hub.addRepo(repo);
  return Object.assign(hub, { eve, session: await openXet(hub, { token: eve, repo }, 'write') });
}

async function refusal(answer: Response): Promise<[number, string]> {
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get('x-error-code') ?? ''];
}

async function storedPacks(hub: ServedHub): Promise<number> {
  const names = await readdir(hub.objects, { recursive: true });
  return names.filter((name) => /[0-9a-f]{64}$|incoming\/[^/]+\/[^/]+$/.test(name)).length;
}

void test('a xorb that is damaged, cut off, misnamed or too large is refused, and leaves nothing', async () => {
  await using hub = await setUp();
  const { xorb } = xetSample(4, 20_000, 'lz4');
  const flipped = Buffer.from(xorb.bytes);
  flipped[30_000] = (flipped[30_000] ?? 0) ^ 1;
  const many = Buffer.concat(Array.from({ length: 8_193 }, () => encodeChunk(Buffer.from('x'), 'none')));
  const bomb = encodeChunk(Buffer.alloc(131_072), 'lz4', { rawLength: 100 });
  const large = Buffer.concat(
    Array.from({ length: 513 }, () => encodeChunk(Buffer.alloc(131_072, 7), 'none')),
  );
  const bad = { many, bomb, large, cut: xorb.bytes.subarray(0, -1), empty: Buffer.alloc(0) };
  for (const [name, bytes] of Object.entries(bad)) {
    const answer = await putXorb(hub.session, { ...xorb, bytes });
    assert.deepEqual(await refusal(answer), [400, 'XetXorbInvalid'], name);
  }
  const damaged = await putXorb(hub.session, { ...xorb, bytes: flipped });
  assert.deepEqual(await refusal(damaged), [400, 'XetXorbNameDiffers']);
  const misnamed = await putXorb(hub.session, xorb, 'ab'.repeat(32));
  assert.deepEqual(await refusal(misnamed), [400, 'XetXorbNameDiffers']);
  assert.equal((await putXorb(hub.session, xorb, 'no-hash')).status, 404);
  assert.equal(await storedPacks(hub), 0);
  assert.equal((await putXorb(hub.session, xorb)).status, 200);
});

void test('a shard that lies about its chunks is refused as a whole', async () => {
  await using hub = await setUp();
  const sample = xetSample();
  const honest = xetSample();
  for (const { xorb } of [sample, honest]) assert.equal((await putXorb(hub.session, xorb)).status, 200);
  const { file } = sample;
  const [term] = file.terms;
  if (term === undefined) throw new Error('a sample has a term');
  const lies: Record<string, [TestFile, number, string]> = {
    'wrong verification': [
      { ...file, terms: [{ ...term, verification: Buffer.alloc(32, 1) }] },
      400,
      'XetShardInvalid',
    ],
    'wrong length': [
      { ...file, terms: [{ ...term, rawLength: term.rawLength - 1 }] },
      400,
      'XetShardInvalid',
    ],
    'beyond the xorb': [{ ...file, terms: [{ ...term, end: term.end + 1 }] }, 400, 'XetShardInvalid'],
    'empty term': [{ ...file, terms: [{ ...term, start: term.end }] }, 400, 'XetShardInvalid'],
    'missing xorb': [
      { ...file, terms: [{ ...term, xorb: 'cd'.repeat(32) as typeof term.xorb }] },
      404,
      'XetXorbMissing',
    ],
    'wrong name': [{ ...file, hash: 'ab'.repeat(32) as typeof file.hash }, 400, 'XetFileNameDiffers'],
    'wrong SHA-256': [{ ...file, sha256: 'ef'.repeat(32) as Sha256 }, 400, 'XetSha256Differs'],
  };
  for (const [name, [lie, status, code]] of Object.entries(lies)) {
    // Files stand in the order of their hashes; the honest one comes with each lie and must not stay either.
    const files = [honest.file, lie].sort((a, b) => (a.hash < b.hash ? -1 : 1));
    assert.deepEqual(
      await refusal(await putShard(hub.session, encodeShard({ files }))),
      [status, code],
      name,
    );
    await assert.rejects(commitXet(hub, { token: hub.eve, repo }, { sample: honest, path: 'a.bin' }), name);
  }
  const { sha256: _none, ...nameless } = file;
  assert.deepEqual(await refusal(await putShard(hub.session, encodeShard({ files: [nameless] }))), [
    400,
    'XetSha256Missing',
  ]);
});

void test('the second version of the answer says why, in its last line', async () => {
  await using hub = await setUp();
  const { file } = xetSample();
  const answer = await putShard(hub.session, encodeShard({ files: [file] }), 2);
  const last = JSON.parse((await answer.text()).trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
  assert.equal(last['type'], 'error');
  assert.equal(last['retryable'], false);
  assert.match(String(last['message']), /is not stored here/);
});

void test('content cannot be registered under the SHA-256 of something else', async () => {
  await using hub = await setUp();
  const sample = xetSample();
  await putXorb(hub.session, sample.xorb);
  const victim = createHash('sha256').update('what somebody else will upload').digest('hex') as Sha256;
  const lie = { ...sample.file, sha256: victim };
  assert.equal((await putShard(hub.session, encodeShard({ files: [lie] }))).status, 400);
  const swapped = { ...sample, oid: victim };
  await assert.rejects(commitXet(hub, { token: hub.eve, repo }, { sample: swapped, path: 'a.bin' }));
});

void test('a shard whose counts go beyond it is refused before anything is allocated', async () => {
  await using hub = await setUp();
  const { file } = xetSample();
  const shard = encodeShard({ files: [file] });
  for (const count of [2, 0xffff, 0xffff_ffff, 0x8000_0000, 0x5555_5556]) {
    const bytes = Buffer.from(shard);
    bytes.writeUInt32LE(count, 48 + 36);
    assert.deepEqual(
      await refusal(await putShard(hub.session, bytes)),
      [400, 'XetShardInvalid'],
      String(count),
    );
  }
  for (const bytes of [
    Buffer.alloc(0),
    shard.subarray(0, 47),
    shard.subarray(0, -1),
    Buffer.alloc(5_000, 0xff),
  ])
    assert.equal((await putShard(hub.session, bytes)).status, 400);
});

void test('a small shard cannot ask for a file larger than is accepted', async () => {
  await using hub = await setUp();
  const xorb = encodeXorb(
    Array.from({ length: 16 }, () => Buffer.alloc(131_072, 3)),
    'lz4',
  );
  await putXorb(hub.session, xorb);
  const terms = Array.from({ length: 40 }, () => ({ xorb, start: 0, end: 16 }));
  const { file } = sampleOf(xorb, terms);
  assert.deepEqual(await refusal(await putShard(hub.session, encodeShard({ files: [file] }))), [
    413,
    'XetFileTooLarge',
  ]);
  const tooLong = await askXet(hub.session, '/v1/shards', {
    method: 'POST',
    body: Buffer.alloc(64 * 1024 * 1024 + 1),
  }).catch(() => undefined);
  assert.ok(tooLong === undefined || tooLong.status === 413);
});

void test('the same chunks, packed in ever new ways, are stored once', async () => {
  await using hub = await setUp();
  const chunks = Array.from({ length: 3 }, () => Buffer.alloc(50_000, 'lorem ipsum'));
  const plain = encodeXorb(chunks);
  for (const packing of ['none', 'lz4', 'bg4'] as const) {
    const { bytes } = encodeXorb(chunks, packing);
    const answer = await putXorb(hub.session, { ...plain, bytes });
    assert.deepEqual(await answer.json(), { was_inserted: packing === 'none' });
  }
  assert.equal(await storedPacks(hub), 1);
  const sample = sampleOf(plain);
  assert.equal((await putShard(hub.session, encodeShard({ files: [sample.file] }))).status, 200);
  await commitXet(hub, { token: hub.eve, repo }, { sample, path: 'a.bin' });
  const answer = await fetch(`${hub.url}/${repo}/resolve/main/a.bin`, {
    headers: { authorization: `Bearer ${hub.eve}` },
  });
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(sample.bytes));
});

void test('a file of thousands of tiny pieces is refused before they are looked through', async () => {
  await using hub = await setUp();
  const dust = encodeXorb(Array.from({ length: 8_192 }, (_none, index) => Buffer.from([index & 255])));
  assert.equal((await putXorb(hub.session, dust)).status, 200);
  const whole = describeFile([{ xorb: dust, start: 0, end: 8_192 }], 'ab'.repeat(32) as Sha256);
  const [term] = whole.terms;
  if (term === undefined) throw new Error('a file has a term');
  const many = { ...whole, terms: Array.from({ length: 5_000 }, () => term) };
  const spelt = encodeShard({ files: [many] });
  const before = performance.now();
  assert.deepEqual(await refusal(await putShard(hub.session, spelt)), [400, 'XetShardInvalid']);
  // Five thousand terms of eight thousand chunks would be a minute.
  assert.ok(performance.now() - before < 20_000);
});
