// Large files come in whole or in parts, and belong to a repository only once every byte was verified.
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { askBatch, askOne, put, sampleOf, uploadLink, type BatchObject } from '../../harness/lfs.ts';
import { openServedHub } from '../../harness/served-hub.ts';

void test('upload() stores an object sent whole, records it, counts it, and asks for it no more', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(3 * MiB + 1);
  const wish = { token, repo: 'ada/model', sample };
  const before = (await hub.modules.repos.findById(id))?.usedStorage ?? NaN;
  const sent = await put(await uploadLink(hub, wish), sample.bytes);
  assert.equal(sent.status, 200);
  const blob = await hub.modules.blobs.find(id, sample.oid as Sha256);
  assert.equal(blob?.size, sample.size);
  assert.equal((await hub.modules.repos.findById(id))?.usedStorage, before + sample.size);
  const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${id}`);
  const stored = entries.filter((entry) => entry.kind === 'upload.stored');
  assert.equal(stored.length, 1);
  assert.match(stored[0]?.credential ?? '', /^token:/);
  const again = await askOne(hub, { ...wish, operation: 'upload' });
  assert.equal(again.actions, undefined);
  assert.equal(again.error, undefined);
});

void test('upload() of the same object twice at once stores, counts and records it once', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(MiB);
  const wish = { token, repo: 'ada/model', sample };
  const before = (await hub.modules.repos.findById(id))?.usedStorage ?? NaN;
  const links = await Promise.all([1, 2, 3].map(() => uploadLink(hub, wish)));
  const sent = await Promise.all(links.map((link) => put(link, sample.bytes)));
  assert.deepEqual(
    sent.map((answer) => answer.status),
    [200, 200, 200],
  );
  assert.equal((await hub.modules.repos.findById(id))?.usedStorage, before + sample.size);
  const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${id}`);
  assert.equal(entries.filter((entry) => entry.kind === 'upload.stored').length, 1);
});

void test('upload() in parts answers entity tags, takes parts in any order, and may be completed twice', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(5 * MiB + 17);
  const transfers = ['basic', 'multipart'];
  const { actions } = await askOne(hub, { token, repo: 'ada/model', operation: 'upload', sample, transfers });
  const { chunk_size: chunk, ...parts } = actions?.upload?.header ?? {};
  assert.equal(chunk, String(MiB));
  // In the order of their numbers also for who sorts them as text.
  assert.deepEqual(Object.keys(parts).toSorted(), ['00001', '00002', '00003', '00004', '00005', '00006']);
  const named: { partNumber: number; etag: string }[] = [];
  for (const [number, href] of Object.entries(parts).toSorted(([a], [b]) => (a < b ? 1 : -1))) {
    const start = (Number(number) - 1) * MiB;
    const sent = await put(href, sample.bytes.subarray(start, start + MiB));
    assert.equal(sent.status, 200);
    named.push({ partNumber: Number(number), etag: sent.headers.get('etag') ?? '' });
  }
  const complete = async (): Promise<number> =>
    (
      await fetch(actions?.upload?.href ?? '', {
        method: 'POST',
        body: JSON.stringify({ oid: sample.oid, parts: named }),
      })
    ).status;
  assert.equal(await complete(), 200);
  assert.equal(await complete(), 200);
  const verified = await fetch(actions?.verify?.href ?? '', {
    method: 'POST',
    body: JSON.stringify({ oid: sample.oid, size: sample.size }),
  });
  assert.equal(verified.status, 200);
  await using object = await hub.modules.blobs.open(await hub.modules.blobs.get(id, sample.oid as Sha256));
  const read: Uint8Array[] = [];
  for await (const chunk of object.read({ start: 0, end: object.size })) read.push(chunk);
  assert.ok(Buffer.concat(read).equals(sample.bytes));
  assert.equal((await hub.modules.blobs.find(id, sample.oid as Sha256))?.size, sample.size);
  assert.deepEqual(await readdir(`${hub.objects}/parts`), []);
});

void test('verify() answers only for what is stored, with its size', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const sample = sampleOf(1000);
  const { actions } = await askOne(hub, { token, repo: 'ada/model', operation: 'upload', sample });
  const verify = async (oid: string, size: number): Promise<number> =>
    (await fetch(actions?.verify?.href ?? '', { method: 'POST', body: JSON.stringify({ oid, size }) }))
      .status;
  assert.equal(await verify(sample.oid, 1000), 404);
  await put(actions?.upload?.href ?? '', sample.bytes);
  assert.equal(await verify(sample.oid, 1000), 200);
  assert.equal(await verify(sample.oid, 1001), 400);
  assert.equal(await verify(sampleOf(5).oid, 1000), 400);
});

void test('the batch speaks its media type, ignores what it does not know, and refuses each bad object alone', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const good = sampleOf(10);
  const objects = [
    { oid: good.oid, size: 10, unknown: true },
    { oid: good.oid.toUpperCase(), size: 10 },
    { oid: `../../${good.oid}`, size: 10 },
    { oid: good.oid, size: 1.5 },
    { oid: good.oid, size: -1 },
    { oid: good.oid, size: 64 * MiB + 1 },
  ];
  const answer = await askBatch(hub, { token, repo: 'ada/model', operation: 'upload', objects });
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/vnd\.git-lfs\+json/);
  const body = (await answer.json()) as { transfer: string; objects: BatchObject[] };
  assert.equal(body.transfer, 'basic');
  assert.deepEqual(
    body.objects.map((one) => one.error?.code),
    [undefined, 422, 422, 422, 422, 422],
  );
  assert.ok(body.objects[0]?.actions?.upload?.href.startsWith(`${hub.url}/lfs/uploads/`));
});

void test('the batch refuses another hash, and locks answer that there are none', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.git-lfs+json' };
  const ask = async (path: string, body: object): Promise<Response> =>
    await fetch(`${hub.url}/ada/model.git/info/lfs/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
  const batch = { operation: 'upload', objects: [] };
  assert.equal((await ask('objects/batch', { ...batch, hash_algo: 'sha_256' })).status, 200);
  assert.equal((await ask('objects/batch', { ...batch, hash_algo: 'md5' })).status, 409);
  const locks = await ask('locks/verify', { ref: { name: 'refs/heads/main' } });
  assert.equal(locks.status, 404);
  assert.match(((await locks.json()) as { message: string }).message, /does not lock/);
});

void test('the batch lets readers fetch and only writers send', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const bob = await hub.addUser('bob');
  await hub.addRepo('ada/open', { visibility: 'public' });
  await hub.addRepo('ada/closed');
  const reader = (await hub.addToken('ada', 'read')).text;
  const ask = async (
    token: string | undefined,
    repo: string,
    operation: 'upload' | 'download',
  ): Promise<number> => (await askBatch(hub, { token, repo, operation, objects: [] })).status;
  assert.equal(await ask(ada, 'ada/closed', 'upload'), 200);
  assert.equal(await ask(reader, 'ada/closed', 'upload'), 403);
  assert.equal(await ask(reader, 'ada/closed', 'download'), 200);
  assert.equal(await ask(bob, 'ada/open', 'upload'), 403);
  assert.equal(await ask(bob, 'ada/open', 'download'), 200);
  assert.equal(await ask(bob, 'ada/closed', 'download'), 404);
  assert.equal(await ask(bob, 'ada/nothing', 'download'), 404);
  assert.equal(await ask(undefined, 'ada/open', 'download'), 401);
  assert.equal(await ask(undefined, 'ada/nothing', 'upload'), 401);
});
