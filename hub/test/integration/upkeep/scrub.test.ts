// Damage is found wherever it is, told of with who needs the bytes, never removed, and forgotten once it is mended.
import assert from 'node:assert/strict';
import { open, rm, truncate } from 'node:fs/promises';
import test from 'node:test';
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { Scrub } from '../../../src/modules/upkeep/index.ts';
import { StoredCheck } from '../../../src/modules/upkeep/stored-check.ts';
import { askOne, put, sampleOf, uploadFile, uploadLink, type Sample } from '../../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { DAY_MS, listPacks } from '../../harness/upkeep.ts';
import { putXorb, uploadXet, xetSample } from '../../harness/xet.ts';

async function openRepo() {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  return { hub, id, to, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

function pathOf(hub: ServedHub, kind: 'sha256' | 'packs', name: string): string {
  return `${hub.objects}/${kind}/${name.slice(0, 2)}/${name.slice(2, 4)}/${name}`;
}

async function flipByte(path: string, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, at);
}

/** The check as it would be so many days from now. */
function scrubIn(hub: ServedHub, days: number, rate = 1e12): Scrub {
  const clock = { now: () => new Date(Date.now() + days * DAY_MS) };
  return new Scrub({ ...hub.modules, clock, rate, check: new StoredCheck(hub.modules) });
}

async function damage(hub: ServedHub) {
  return (await hub.modules.scrub.listDamage()).map(({ kind, name, flaw, owners }) => ({
    kind,
    name,
    flaw,
    owners: owners.map(({ repo, path }) => `${repo}:${path ?? ''}`),
  }));
}

async function entries(hub: ServedHub): Promise<string[]> {
  const { rows } = await sql<{ kind: string; subject: string }>`select kind, subject from ledger.entry
    where kind like 'store.%' order by at`.execute(hub.modules.db.withTables<never>());
  return rows.map(({ kind, subject }) => `${kind} ${subject.slice(0, 12)}`);
}

void test('a store that is whole is found whole', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  await uploadFile(hub, { ...to, sample: sampleOf(300_000), path: 'a.bin' });
  await uploadFile(hub, { ...to, sample: sampleOf(''), path: 'empty.bin' });
  await uploadXet(hub, { ...to, sample: xetSample(4, 10_000, 'lz4'), path: 'b.bin' });
  assert.equal(await scrubIn(hub, 0).run(), false);
  assert.deepEqual(await damage(hub), []);
});

void test('each kind of damage is told of with the files it is in, and nothing is removed', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const [altered, cut, missing, whole] = [1000, 2000, 3000, 4000].map((size) => sampleOf(size));
  assert.ok(altered && cut && missing && whole);
  for (const [n, sample] of [altered, cut, missing, whole].entries())
    await uploadFile(hub, { ...to, sample, path: `${n}.bin` });
  await uploadXet(hub, { ...to, sample: xetSample(), path: 'x.bin' });
  const [pack] = await listPacks(hub);
  assert.ok(pack);
  await flipByte(pathOf(hub, 'sha256', altered.oid), 999);
  await truncate(pathOf(hub, 'sha256', cut.oid), 1999);
  await rm(pathOf(hub, 'sha256', missing.oid));
  await flipByte(pathOf(hub, 'packs', pack), 20_000);
  const scrub = scrubIn(hub, 0);
  await scrub.run();
  assert.equal(scrub.damaged, 4);
  const found = new Map((await damage(hub)).map((one) => [one.name, one]));
  assert.deepEqual(found.get(altered.oid), {
    kind: 'object',
    name: altered.oid,
    flaw: 'altered',
    owners: ['ada/model:0.bin'],
  });
  assert.equal(found.get(cut.oid)?.flaw, 'altered');
  assert.deepEqual(
    [found.get(missing.oid)?.flaw, found.get(missing.oid)?.owners],
    ['missing', ['ada/model:2.bin']],
  );
  assert.deepEqual(found.get(pack), {
    kind: 'pack',
    name: pack,
    flaw: 'altered',
    owners: ['ada/model:x.bin'],
  });
  assert.equal(await hub.modules.store.has(altered.oid as Sha256), true);
  assert.deepEqual(await listPacks(hub), [pack]);
  assert.ok(hub.lines.some((line) => line.includes(altered.oid) && line.includes('"level":"error"')));
  assert.equal((await entries(hub)).length, 4);
  await scrubIn(hub, 8).run();
  assert.equal((await entries(hub)).length, 4, 'the ledger is told once');
});

void test('damage that was mended by sending the bytes again is forgotten', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const sample = sampleOf(1000);
  await uploadFile(hub, { ...to, sample, path: 'a.bin' });
  const xet = xetSample();
  const session = await uploadXet(hub, { ...to, sample: xet, path: 'x.bin' });
  const [pack] = await listPacks(hub);
  assert.ok(pack);
  await flipByte(pathOf(hub, 'sha256', sample.oid), 5);
  await truncate(pathOf(hub, 'packs', pack), 0);
  await scrubIn(hub, 0).run();
  assert.equal((await damage(hub)).length, 2);
  await hub.addRepo('ada/other');
  await put(await uploadLink(hub, { ...to, repo: 'ada/other', sample }), sample.bytes);
  assert.equal((await putXorb(session, xet.xorb)).status, 200);
  await scrubIn(hub, 8).run();
  assert.deepEqual(await damage(hub), []);
  assert.deepEqual(
    (await entries(hub)).map((one) => one.split(' ')[0]).toSorted((a = '', b = '') => a.localeCompare(b)),
    ['store.damaged', 'store.damaged', 'store.mended', 'store.mended'],
  );
});

void test('a pass that is told to end goes on where it was, and looks at nothing twice', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  for (let n = 0; n < 5; n += 1) await uploadFile(hub, { ...to, sample: sampleOf(1000), path: `${n}.bin` });
  const looked: string[] = [];
  class Watching extends StoredCheck {
    override async read(...args: Parameters<StoredCheck['read']>) {
      looked.push(args[1]);
      return await super.read(...args);
    }
  }
  const shared = { ...hub.modules, rate: 1e12, check: new Watching(hub.modules) };
  for (let turn = 0; turn < 5; turn += 1)
    assert.equal(await new Scrub(shared).run(AbortSignal.abort()), true);
  assert.equal(looked.length, 5);
  assert.deepEqual(
    looked,
    looked.toSorted((a, b) => (a < b ? -1 : 1)),
  );
  assert.equal(new Set(looked).size, 5);
});

void test('it reads no faster than it may', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  for (let n = 0; n < 4; n += 1) await uploadFile(hub, { ...to, sample: sampleOf(50_000), path: `${n}.bin` });
  const begun = performance.now();
  await new Scrub({ ...hub.modules, rate: 400_000, check: new StoredCheck(hub.modules) }).run();
  assert.ok(performance.now() - begun >= 480, 'two hundred kilobytes at four hundred a second');
});

void test('an object that is known to be damaged, or is not there, is asked for again and replaced', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const [altered, gone, inParts] = [sampleOf(1000), sampleOf(2000), sampleOf(5 * MiB)];
  for (const [index, sample] of [altered, gone, inParts].entries())
    await uploadFile(hub, { ...to, sample, path: `${index}.bin` });
  const ask = async (sample: Sample, transfers?: readonly string[]) =>
    (await askOne(hub, { ...to, operation: 'upload', sample, ...(transfers && { transfers }) })).actions;
  for (const sample of [altered, gone, inParts]) assert.equal(await ask(sample), undefined);
  for (const sample of [altered, inParts]) await flipByte(pathOf(hub, 'sha256', sample.oid), 5);
  await rm(pathOf(hub, 'sha256', gone.oid));
  await scrubIn(hub, 0).run();
  assert.equal((await damage(hub)).length, 3);
  const counted = (await hub.modules.repos.findById(id))?.usedStorage;

  // Without one byte of room left: they were counted when they came first.
  await hub.modules.quotas.set(OPERATOR, 'ada', counted ?? 0);
  for (const sample of [altered, gone]) {
    // Whoever can send chunks as well is asked for the bytes as they are, which alone mend it.
    const href = (await ask(sample, ['basic', 'xet']))?.upload?.href ?? assert.fail('it is not asked for');
    assert.equal((await put(href, unlike(sample).bytes)).status, 400, 'other bytes do not mend it');
    assert.equal((await damage(hub)).length > 0, true);
    assert.equal((await put(href, sample.bytes)).status, 200);
    assert.equal(await ask(sample), undefined);
  }
  const upload = (await ask(inParts, ['multipart', 'xet']))?.upload ?? assert.fail('it is not asked for');
  await hub.modules.quotas.set(OPERATOR, 'ada', null);
  const used = async () => (await hub.modules.quotas.list()).find(({ name }) => name === 'ada')?.used;
  assert.equal(await used(), counted, 'what mends takes the room that the damaged one takes');
  assert.ok(await ask(inParts, ['multipart']));
  assert.equal(await used(), (counted ?? 0) + 5 * MiB, 'a second one of it takes its own');
  const parts: { partNumber: number; etag: string }[] = [];
  for (const [number, href] of Object.entries(upload.header).filter(([name]) => name !== 'chunk_size')) {
    const start = (Number(number) - 1) * MiB;
    const sent = await put(href, inParts.bytes.subarray(start, start + MiB));
    parts.push({ partNumber: Number(number), etag: sent.headers.get('etag') ?? '' });
  }
  const completed = await fetch(upload.href, {
    method: 'POST',
    body: JSON.stringify({ oid: inParts.oid, parts }),
  });
  assert.equal(completed.status, 200);
  for (const [index, sample] of [altered, gone, inParts].entries()) {
    const answer = await fetch(`${hub.url}/ada/model/resolve/main/${index}.bin`, {
      headers: { authorization: `Bearer ${to.token}` },
    });
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(sample.bytes));
  }
  assert.equal((await hub.modules.repos.findById(id))?.usedStorage, counted);
  assert.deepEqual(await damage(hub), []);
  assert.equal((await entries(hub)).filter((one) => one.startsWith('store.mended')).length, 3);
});

function unlike({ bytes }: Sample): Sample {
  return sampleOf(Buffer.from(bytes.map((byte) => byte ^ 1)));
}
