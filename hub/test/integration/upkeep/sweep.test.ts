// The sweep takes what nothing points to, once its grace is over, and nothing else; whoever begins to need something
// while it runs keeps it, or is told to send it again.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { Uploads } from '../../../src/modules/blobs/index.ts';
import { damagedObjects } from '../../../src/modules/upkeep/index.ts';
import { commit, put, sampleOf, uploadFile, uploadLink } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { agePack, listPacks, sweep, sweepIn } from '../../harness/upkeep.ts';
import { encodeShard, encodeXorb } from '../../harness/xet-encode.ts';
import {
  askXet,
  commitXet,
  openXet,
  putShard,
  putXorb,
  sampleOf as xetSampleOf,
  uploadXet,
  xetSample,
} from '../../harness/xet.ts';

const HISTORY = { commits: 0, gitObjects: 0, gitBytes: 0 };
const NOTHING = { objects: 0, files: 0, xorbs: 0, packs: 0, bytes: 0, ...HISTORY };

async function openRepo(options: Parameters<typeof openServedHub>[0] = {}) {
  const hub = await openServedHub(options);
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  return { hub, token, id, to, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

async function remove(hub: ServedHub, id: Awaited<ReturnType<typeof openRepo>>['id'], oid: string) {
  await hub.modules.blobs.remove({ kind: 'system', part: 'test' }, id, [oid as Sha256]);
}

void test('a large object that no commit names goes after a week, and one that a commit names stays', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const [named, unnamed] = [sampleOf(1000), sampleOf(1000)];
  await uploadFile(hub, { ...to, sample: named, path: 'a.bin' });
  await put(await uploadLink(hub, { ...to, sample: unnamed }), unnamed.bytes);
  const before = (await hub.modules.repos.findById(id))?.usedStorage ?? 0;
  assert.equal((await sweep(hub, 6)).objects, 0);
  assert.equal((await sweep(hub, 8)).objects, 1);
  assert.equal(await hub.modules.blobs.find(id, unnamed.oid as Sha256), undefined);
  assert.equal(await hub.modules.store.has(unnamed.oid as Sha256), false);
  assert.equal(await hub.modules.store.has(named.oid as Sha256), true);
  assert.equal((await hub.modules.repos.findById(id))?.usedStorage, before - 1000);
});

void test('an object that a client was told it need not send stays for its commit', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const sample = sampleOf(1000);
  await put(await uploadLink(hub, { ...to, sample }), sample.bytes);
  const wish = { sha256: sample.oid as Sha256, size: sample.size };
  const sparing = async (days: number) => {
    const clock = { now: () => new Date(Date.now() + days * 24 * 3_600_000) };
    const limits = { largeObject: 1e6, uploadPart: 1e6 };
    const uploads = new Uploads({ ...hub.modules, clock, limits, backend: 'disk', damage: damagedObjects });
    return (await uploads.plan(id, [wish], [])).plans;
  };
  assert.deepEqual(await sparing(6), [{ way: 'stored' }]);
  assert.equal((await sweep(hub, 8)).objects, 0);
  const value = { path: 'a.bin', algo: 'sha256', oid: sample.oid, size: sample.size };
  await commit(hub, to, [{ key: 'lfsFile', value }]);
  assert.equal((await sweep(hub, 30)).objects, 0);
});

void test('a commit that runs while the sweep looks keeps its object', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const samples = Array.from({ length: 20 }, () => sampleOf(100));
  for (const sample of samples) await put(await uploadLink(hub, { ...to, sample }), sample.bytes);
  const commits = samples.map(async (sample, index) => {
    const value = { path: `${index}.bin`, algo: 'sha256', oid: sample.oid, size: sample.size };
    return await commit(hub, to, [{ key: 'lfsFile', value }]).then(
      () => sample,
      () => undefined,
    );
  });
  await Promise.all([...commits, sweep(hub, 8), sweep(hub, 8)]);
  for (const sample of await Promise.all(commits))
    if (sample !== undefined) {
      assert.notEqual(await hub.modules.blobs.find(id, sample.oid as Sha256), undefined);
      assert.equal(await hub.modules.store.has(sample.oid as Sha256), true);
    }
});

void test('a file goes with its last repository, its xorbs four weeks later, and their packs with them', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const [gone, kept] = [xetSample(), xetSample()];
  for (const [sample, path] of [
    [gone, 'a.bin'],
    [kept, 'b.bin'],
  ] as const)
    await uploadXet(hub, { ...to, sample, path });
  await remove(hub, id, gone.oid);
  assert.deepEqual(await sweep(hub, 6), NOTHING);
  assert.deepEqual(await sweep(hub, 8), { ...NOTHING, files: 1 });
  assert.equal((await sweep(hub, 35)).xorbs, 0, 'a client may still name it');
  const swept = await sweep(hub, 37);
  assert.deepEqual(swept, { ...NOTHING, xorbs: 1, bytes: gone.xorb.bytes.length });
  assert.equal((await listPacks(hub)).length, 1);
  const reading = await openXet(hub, to, 'read');
  assert.equal((await askXet(reading, `/v2/reconstructions/${kept.file.hash}`)).status, 200);
});

void test('xorbs that two files share stay as long as one of them does', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const whole = xetSample(4);
  const part = xetSampleOf(whole.xorb, [{ xorb: whole.xorb, start: 1, end: 3 }]);
  await uploadXet(hub, { ...to, sample: whole, path: 'a.bin' });
  const session = await openXet(hub, to, 'write');
  assert.equal((await putShard(session, encodeShard({ files: [part.file] }))).status, 200);
  await commitXet(hub, to, { sample: part, path: 'b.bin' });
  await remove(hub, id, whole.oid);
  assert.equal((await sweep(hub, 8)).files, 1);
  assert.equal((await sweep(hub, 100)).xorbs, 0);
  await remove(hub, id, part.oid);
  assert.equal((await sweep(hub, 101)).files, 1);
  assert.equal((await sweep(hub, 130)).xorbs, 1);
  assert.deepEqual(await listPacks(hub), []);
});

void test('a deleted repository leaves nothing after a day', async () => {
  await using repo = await openRepo();
  const { hub, id, to, token } = repo;
  await uploadXet(hub, { ...to, sample: xetSample(), path: 'a.bin' });
  const { actor } = await hub.modules.authentication.authenticate(token);
  await hub.modules.changes.delete(() => Promise.resolve(actor), {
    type: 'model',
    namespace: 'ada',
    name: 'model',
  });
  await hub.modules.blobs.eraseOf(id);
  assert.equal((await sweep(hub, 8)).files, 1);
  assert.equal((await sweep(hub, 10)).xorbs, 1);
  assert.deepEqual(await listPacks(hub), []);
});

void test('a shard that names an old xorb while the sweep takes it either has it or is told that it is gone', async () => {
  await using repo = await openRepo({ dedupScope: 'namespace' });
  const { hub, to } = repo;
  const session = await openXet(hub, to, 'write');
  const xorbs = Array.from({ length: 12 }, () => xetSample(2, 500));
  for (const { xorb } of xorbs) assert.equal((await putXorb(session, xorb)).status, 200);
  const [first, ...answers] = await Promise.all([
    sweep(hub, 40),
    ...xorbs.map(async ({ file }) => (await putShard(session, encodeShard({ files: [file] }))).status),
  ]);
  const registered = answers.filter((status) => status === 200).length;
  assert.ok(
    answers.every((status) => status === 200 || status === 404),
    answers.join(),
  );
  assert.equal(first.xorbs, xorbs.length - registered);
  assert.equal((await listPacks(hub)).length, registered);
  const reading = await openXet(hub, to, 'read');
  for (const [index, status] of answers.entries())
    if (status === 200) {
      const hash = xorbs[index]?.file.hash ?? '';
      assert.equal((await askXet(reading, `/v2/reconstructions/${hash}`)).status, 200);
    }
});

void test('a file that is registered again while the sweep takes it is whole', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const samples = Array.from({ length: 8 }, () => xetSample(2, 500));
  const session = await openXet(hub, to, 'write');
  for (const { xorb, file, oid } of samples) {
    await putXorb(session, xorb);
    await putShard(session, encodeShard({ files: [file] }));
    await remove(hub, id, oid);
  }
  const [, ...answers] = await Promise.all([
    sweep(hub, 8),
    ...samples.map(async ({ file }) => (await putShard(session, encodeShard({ files: [file] }))).status),
  ]);
  assert.deepEqual([...new Set(answers)], [200]);
  const reading = await openXet(hub, to, 'read');
  for (const { file } of samples)
    assert.equal((await askXet(reading, `/v2/reconstructions/${file.hash}`)).status, 200);
  assert.equal((await sweep(hub, 60)).xorbs, 0, 'they are used again');
});

void test('a pack that is no xorb’s goes after a day, and one whose xorb is there stays', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  await uploadXet(hub, { ...to, sample: xetSample(), path: 'a.bin' });
  const [kept] = await listPacks(hub);
  const name = sha256('nobody needs it');
  await using staged = await hub.modules.store.packs.stage(Readable.from([Buffer.alloc(100)]), {
    limit: 1e6,
  });
  await staged.publish(name);
  assert.equal((await sweep(hub, 0)).packs, 0);
  await agePack(hub, name, 2);
  if (kept !== undefined) await agePack(hub, kept, 2);
  assert.deepEqual(await sweep(hub, 0), { ...NOTHING, packs: 1, bytes: 100 });
  assert.deepEqual(await listPacks(hub), [kept]);
});

void test('a sweep that is told to end does so between two steps, and the next one goes on', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const session = await openXet(hub, to, 'write');
  await putXorb(session, encodeXorb([Buffer.from('alone')]));
  assert.equal((await sweepIn(hub, 40).run(AbortSignal.abort())).xorbs, 0);
  assert.equal((await sweep(hub, 40)).xorbs, 1);
});
