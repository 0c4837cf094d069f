// What clients of earlier years send and understand, where it differs from what is sent today.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { askXet, openXet, putShard, putXorb, type XetSession } from '../../harness/xet.ts';
import {
  contentOf,
  describeFile,
  encodeShard,
  encodeXorb,
  type TestTerm,
  type TestXorb,
} from '../../harness/xet-encode.ts';

async function openSession(hub: ServedHub): Promise<XetSession> {
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  return await openXet(hub, { token, repo: 'ada/model' }, 'write');
}

async function xorbOf(session: XetSession, chunks: number): Promise<TestXorb> {
  const xorb = encodeXorb(Array.from({ length: chunks }, () => randomBytes(9_000)));
  assert.equal((await putXorb(session, xorb)).status, 200);
  return xorb;
}

function fileOf(terms: readonly TestTerm[]) {
  const sha256 = createHash('sha256').update(contentOf(terms)).digest('hex') as Sha256;
  return describeFile(terms, sha256);
}

void test('a shard whose header names a footer that was cut off is taken', async () => {
  await using hub = await openServedHub();
  const session = await openSession(hub);
  const xorb = await xorbOf(session, 3);
  const file = fileOf([{ xorb, start: 0, end: 3 }]);
  const shard = encodeShard({ files: [file], xorbs: [xorb], footer: true }).subarray(0, -200);
  const answer = await putShard(session, shard);
  assert.deepEqual([answer.status, await answer.json()], [200, { result: 1 }]);
  const size = (await askXet(session, `/v1/files/${file.hash}`, { method: 'HEAD' })).headers.get(
    'content-length',
  );
  assert.equal(size, '27000');
});

interface ReconstructionV1 {
  readonly terms: readonly { readonly range: { readonly start: number; readonly end: number } }[];
  readonly fetch_info: Readonly<
    Record<
      string,
      readonly {
        readonly url: string;
        readonly url_range: { readonly start: number; readonly end: number };
      }[]
    >
  >;
}

// The first clients take two requests for one address for one request, and give the one's bytes to both.
void test('the first version of a reconstruction has a link for each range, which opens no other', async () => {
  await using hub = await openServedHub();
  const session = await openSession(hub);
  const xorb = await xorbOf(session, 6);
  const file = fileOf([
    { xorb, start: 0, end: 2 },
    { xorb, start: 4, end: 6 },
  ]);
  assert.equal((await putShard(session, encodeShard({ files: [file] }))).status, 200);
  for (const path of ['/v1/reconstructions', '/reconstructions', '/reconstruction']) {
    const answer = await askXet(session, `${path}/${file.hash}`);
    const { fetch_info: fetches } = (await answer.json()) as ReconstructionV1;
    const ranges = fetches[xorb.hash] ?? [];
    assert.equal(ranges.length, 2);
    assert.equal(new Set(ranges.map(({ url }) => url)).size, 2);
    const statusOf = async (link: number, range: number): Promise<number> => {
      const { start = 0, end = 0 } = ranges[range]?.url_range ?? {};
      const sent = await fetch(ranges[link]?.url ?? '', { headers: { range: `bytes=${start}-${end}` } });
      const bytes = await sent.bytes();
      if (sent.status === 206) assert.deepEqual(Buffer.from(bytes), xorb.bytes.subarray(start, end + 1));
      return sent.status;
    };
    const seen = [await statusOf(0, 0), await statusOf(1, 1), await statusOf(0, 1), await statusOf(1, 0)];
    assert.deepEqual(seen, [206, 206, 403, 403]);
  }
});

interface Reconstructions extends Pick<ReconstructionV1, 'fetch_info'> {
  readonly files: Readonly<Record<string, readonly { readonly hash: string }[]>>;
}

void test('several files are asked for at once, each with the links that open it', async () => {
  await using hub = await openServedHub();
  const session = await openSession(hub);
  const xorb = await xorbOf(session, 6);
  const files = [fileOf([{ xorb, start: 0, end: 2 }]), fileOf([{ xorb, start: 2, end: 6 }])];
  assert.equal((await putShard(session, encodeShard({ files }))).status, 200);
  const ids = files.map(({ hash }) => `file_id=${hash}`);
  for (const path of ['/v1/reconstructions', '/reconstructions']) {
    const answer = await askXet(session, `${path}?${ids.join('&')}`);
    assert.equal(answer.status, 200);
    const { files: pieces, fetch_info: fetches } = (await answer.json()) as Reconstructions;
    for (const { hash } of files)
      assert.deepEqual(
        pieces[hash]?.map((piece) => piece.hash),
        [xorb.hash],
      );
    assert.equal(fetches[xorb.hash]?.length, 2);
    for (const { url, url_range: range } of fetches[xorb.hash] ?? []) {
      const sent = await fetch(url, { headers: { range: `bytes=${range.start}-${range.end}` } });
      assert.equal(sent.status, 206);
      assert.deepEqual(Buffer.from(await sent.bytes()), xorb.bytes.subarray(range.start, range.end + 1));
    }
  }
  assert.equal((await askXet(session, `/v1/reconstructions?${ids[0]}`)).status, 200);
  assert.equal((await askXet(session, '/v1/reconstructions')).status, 400);
});

void test('what no client sends is told to be no route, and not taken for a file that is missing', async () => {
  await using hub = await openServedHub();
  const session = await openSession(hub);
  for (const path of ['/v1/reconstructions', '/reconstructions']) {
    const answer = await askXet(session, path, { method: 'POST', body: Buffer.from('[]') });
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /POST .*reconstructions/);
  }
});

void test('several files are refused where one of them is too many, or nowhere', async () => {
  await using hub = await openServedHub();
  const session = await openSession(hub);
  const xorb = await xorbOf(session, 1);
  const file = fileOf([{ xorb, start: 0, end: 1 }]);
  assert.equal((await putShard(session, encodeShard({ files: [file] }))).status, 200);
  const unknown = 'ab'.repeat(32);
  const ask = async (ids: readonly string[]): Promise<number> =>
    (await askXet(session, `/v1/reconstructions?${ids.map((id) => `file_id=${id}`).join('&')}`)).status;
  assert.equal(await ask([file.hash, unknown]), 404);
  assert.equal(await ask(Array.from({ length: 100 }, () => file.hash)), 200);
  assert.equal(await ask(Array.from({ length: 101 }, () => file.hash)), 400);
});
