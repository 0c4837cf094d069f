// What uploads leave behind goes, and nothing else does.
import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import test from 'node:test';
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { blobJobs, Blobs, COLLECT_TASK, Uploads } from '../../../src/modules/blobs/index.ts';
import { damagedObjects } from '../../../src/modules/upkeep/index.ts';
import { asXet } from '../../../src/modules/xet/index.ts';
import { askBatch, askOne, put, sampleOf, uploadFile, uploadLink, type Sample } from '../../harness/lfs.ts';
import { untilTrue } from '../../harness/vault-doors.ts';
import { openServedHub, OPERATOR, TEST_LIMITS, type ServedHub } from '../../harness/served-hub.ts';

const TWO_DAYS_MS = 2 * 24 * 3_600_000;

async function storeUnowned(hub: ServedHub, sample: Sample, age: number): Promise<void> {
  await hub.modules.store.put(Readable.from([sample.bytes]), { limit: 1e9 });
  const { oid } = sample;
  const at = new Date(Date.now() - age);
  await utimes(`${hub.objects}/sha256/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`, at, at);
}

void test('collect() removes old bytes that no repository holds, and no others', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const [held, orphan, arriving] = [sampleOf(1000), sampleOf(1000), sampleOf(1000)];
  await uploadFile(hub, { token, repo: 'ada/model', sample: held, path: 'a.bin' });
  await storeUnowned(hub, held, TWO_DAYS_MS);
  await storeUnowned(hub, orphan, TWO_DAYS_MS);
  await storeUnowned(hub, arriving, 0);
  assert.equal(await hub.modules.blobs.collect(), 1);
  const left = await Promise.all(
    [held, orphan, arriving].map(({ oid }) => hub.modules.store.has(oid as Sha256)),
  );
  assert.deepEqual(left, [true, false, true]);
});

void test('eraseOf() takes a repository’s objects, and the bytes that nobody else holds', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  await hub.addRepo('ada/other');
  const [own, shared] = [sampleOf(1000), sampleOf(1000)];
  for (const sample of [own, shared])
    await put(await uploadLink(hub, { token, repo: 'ada/model', sample }), sample.bytes);
  await put(await uploadLink(hub, { token, repo: 'ada/other', sample: shared }), shared.bytes);
  await hub.modules.blobs.eraseOf(id);
  assert.deepEqual((await hub.modules.blobs.list(id, 10)).items, []);
  assert.equal(await hub.modules.store.has(own.oid as Sha256), false);
  assert.equal(await hub.modules.store.has(shared.oid as Sha256), true);
});

void test('dropExpired() forgets uploads in parts that were not finished in a day', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const sample = sampleOf(5 * MiB);
  const wish = { token, repo: 'ada/model', operation: 'upload', sample, transfers: ['multipart'] } as const;
  const { actions } = await askOne(hub, wish);
  const parts = async (): Promise<number> => (await readdir(`${hub.objects}/parts`)).length;
  assert.equal(await hub.modules.uploads.dropExpired(), 0);
  assert.equal(await parts(), 1);
  const later = uploadsAt(hub, 48);
  assert.equal(await later.dropExpired(), 1);
  assert.equal(await parts(), 0);
  const late = await put(actions?.upload?.header['00001'] ?? '', sample.bytes.subarray(0, MiB));
  assert.equal(late.status, 404);
  assert.equal(late.headers.get('x-error-code'), 'UploadMissing');
});

void test('an upload in parts that was broken off, or has expired, keeps nobody from beginning again', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const [sample, other] = [sampleOf(5 * MiB), sampleOf(5 * MiB)];
  const used = (await hub.modules.repos.findById(id))?.usedStorage ?? 0;
  await hub.modules.quotas.set(OPERATOR, 'ada', used + 6 * MiB);
  const begin = async (of: Sample) => {
    const wish = { token, repo: 'ada/model', operation: 'upload', transfers: ['multipart'] } as const;
    return (await askBatch(hub, { ...wish, objects: [{ oid: of.oid, size: of.size }] })).status;
  };
  const parts = async (): Promise<number> => (await readdir(`${hub.objects}/parts`)).length;
  assert.equal(await begin(sample), 200);
  assert.equal(await begin(sample), 200, 'there is room for one, and it is the same one');
  assert.equal(await parts(), 1);
  assert.equal(await begin(other), 403, 'another has no room beside it');
  await sql`update blobs.upload set expires_at = now() - interval '1 minute'`.execute(
    hub.modules.db.withTables<never>(),
  );
  assert.equal(await begin(other), 200, 'what has expired takes no room');
  await hub.modules.quotas.set(OPERATOR, 'ada', null);
  assert.deepEqual([await begin(other), await parts()], [200, 3], 'with room, two who send the same go on');
});

void test('an upload in parts that still comes is not given up for another one of the same object', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const sample = sampleOf(5 * MiB);
  const used = (await hub.modules.repos.findById(id))?.usedStorage ?? 0;
  await hub.modules.quotas.set(OPERATOR, 'ada', used + 6 * MiB);
  const wish = { token, repo: 'ada/model', operation: 'upload', transfers: ['multipart'] } as const;
  const again = async () =>
    (await askBatch(hub, { ...wish, objects: [{ oid: sample.oid, size: sample.size }] })).status;
  const href = (await askOne(hub, { ...wish, sample })).actions?.upload?.header['00001'] ?? assert.fail();
  const [name = ''] = await readdir(`${hub.objects}/parts`);
  const rest = Promise.withResolvers<undefined>();
  async function* body(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(sample.bytes.subarray(0, 1000));
    await rest.promise;
    yield new Uint8Array(sample.bytes.subarray(1000, MiB));
  }
  const init = { method: 'PUT', headers: { 'content-length': String(MiB) }, duplex: 'half' } as const;
  const sending = fetch(href, { ...init, body: ReadableStream.from(body()) });
  sending.catch(() => undefined); // seen below
  await untilTrue('it comes', async () =>
    (await readdir(`${hub.objects}/parts/${name}`)).some((file) => file.startsWith('writing-')),
  );
  assert.equal(await again(), 403, 'there is room for one, and that is coming');
  assert.deepEqual(await readdir(`${hub.objects}/parts`), [name]);
  rest.resolve(undefined);
  assert.equal((await sending).status, 200);
  await untilTrue('nothing more comes', async () => (await again()) === 200);
  assert.equal((await put(href, sample.bytes.subarray(0, MiB))).status, 404);
});

void test('who completes what somebody else has brought meanwhile leaves nothing behind', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const sample = sampleOf(5 * MiB);
  const wish = { token, repo: 'ada/model', operation: 'upload', sample } as const;
  const { actions } = await askOne(hub, { ...wish, transfers: ['multipart'] });
  const whole = (await askOne(hub, wish)).actions?.upload?.href ?? assert.fail('no link');
  assert.equal((await put(whole, sample.bytes)).status, 200);
  const completed = await fetch(actions?.upload?.href ?? '', {
    method: 'POST',
    body: JSON.stringify({ oid: sample.oid, parts: [] }),
  });
  assert.equal(completed.status, 200);
  assert.deepEqual(await readdir(`${hub.objects}/parts`), []);
});

const HOUR_MS = 3_600_000;

/** The daily job, so many hours from now. */
async function runJob(hub: ServedHub, hours: number): Promise<void> {
  const { db, store, storage, xetFiles } = hub.modules;
  const clock = { now: () => new Date(Date.now() + hours * HOUR_MS) };
  const assembled = { open: async (blob: Parameters<typeof asXet>[0]) => await xetFiles.open(asXet(blob)) };
  const jobs = blobJobs({
    blobs: new Blobs({
      db,
      store,
      clock,
      storage,
      assembled,
      named: { among: () => Promise.resolve(new Set()) },
    }),
    uploads: uploadsAt(hub, hours),
  });
  await jobs[COLLECT_TASK]?.({}, new AbortController().signal);
}

function uploadsAt({ modules: { db, store } }: ServedHub, hours: number): Uploads {
  return new Uploads({
    ...{ db, store, backend: 'disk', limits: TEST_LIMITS },
    clock: { now: () => new Date(Date.now() + hours * HOUR_MS) },
    storage: { lock: () => Promise.resolve(), add: () => Promise.resolve() },
    room: { expect: () => Promise.resolve(), settle: () => Promise.resolve() },
    damage: damagedObjects,
  });
}

void test('the daily job removes what a killed upload left once its grace is over, and nothing of one that is under way', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id: repoId } = await hub.addRepo('ada/model');
  const { store } = hub.modules;
  const parts = async (): Promise<string[]> => await readdir(`${hub.objects}/parts`);
  // Killed after its first part.
  const killed = sampleOf(5 * MiB);
  const wish = { token, repo: 'ada/model', operation: 'upload', transfers: ['multipart'] } as const;
  const { actions } = await askOne(hub, { ...wish, sample: killed });
  const href = actions?.upload?.header['00001'] ?? '';
  assert.equal((await put(href, killed.bytes.subarray(0, MiB))).status, 200);
  const [left = ''] = await parts();
  // Killed between the folder and its row, and in the middle of a body that was sent to a hub that is gone.
  const rowless = await store.beginParts({ size: 2 * MiB, partSize: MiB });
  const incoming = `${hub.objects}/incoming/gone`;
  await mkdir(incoming);
  await writeFile(`${incoming}/half`, 'half of it');
  // Begun twenty hours later, and still under way.
  const live = sampleOf(2 * MiB);
  const name = { sha256: live.oid as Sha256, size: 2 * MiB };
  const { partsId } = await uploadsAt(hub, 20).beginParts(repoId, name, MiB);
  const upload = { id: partsId, size: 2 * MiB, partSize: MiB };
  const send = async (number: number) =>
    await store.putPart(upload, {
      number,
      source: Readable.from([live.bytes.subarray((number - 1) * MiB, number * MiB)]),
    });
  const first = await send(1);
  const begun = new Date(Date.now() + 20 * HOUR_MS);
  await utimes(`${hub.objects}/parts/${partsId}`, begun, begun);

  await runJob(hub, 23);
  assert.deepEqual(
    new Set(await parts()),
    new Set([left, rowless.id, partsId]),
    'all are within their grace',
  );
  assert.deepEqual(await readdir(incoming), ['half']);
  await runJob(hub, 25);
  assert.deepEqual(
    new Set(await parts()),
    new Set([rowless.id, partsId]),
    'a day is over for the killed one',
  );
  assert.equal((await put(href, killed.bytes.subarray(0, MiB))).status, 404);
  await runJob(hub, 43);
  assert.deepEqual(new Set(await parts()), new Set([rowless.id, partsId]));
  const second = await send(2);
  const sent = [first, second].map(({ etag }, n) => ({ number: n + 1, etag }));
  await store.completeParts(upload, { parts: sent, sha256: name.sha256 });
  assert.equal(await store.has(name.sha256), true, 'what was under way is whole');
  await runJob(hub, 49);
  assert.deepEqual(await parts(), [], 'nor is anything left that no row knows of');
  assert.deepEqual(await readdir(incoming), []);
});

void test('list() pages through objects, newest first, each once', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const samples = Array.from({ length: 7 }, (_, index) => sampleOf(100 + index));
  for (const sample of samples)
    await put(await uploadLink(hub, { token, repo: 'ada/model', sample }), sample.bytes);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await hub.modules.blobs.list(id, 3, cursor);
    seen.push(...page.items.map((blob) => blob.sha256));
    cursor = page.next;
  } while (cursor !== undefined);
  assert.deepEqual(seen, samples.map((sample) => sample.oid).toReversed());
  for (const bad of ['x', 'e30', Buffer.from('["2026",1]').toString('base64url')])
    await assert.rejects(hub.modules.blobs.list(id, 3, bad), /cursor/);
});
