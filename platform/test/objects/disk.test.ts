// The disk store: the contract, and what only a disk can get wrong.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { MiB } from '@holdfast/kernel/size';
import { BufferPool } from '../../src/buffer-pool.ts';
import { openDiskStore, type DiskObjectStore } from '../../src/objects/disk.ts';
import { FreeSpace } from '../../src/objects/free-space.ts';
import { checkObjectStore, inChunks, patterned, type TestStore } from './contract.ts';
import { checkPacks } from './packs-contract.ts';
import { checkParts } from './parts-contract.ts';

interface DiskFixture extends TestStore {
  readonly store: DiskObjectStore;
  readonly root: string;
  readonly buffers: BufferPool;
  reopen(instance?: string): Promise<DiskObjectStore>;
}

async function openFixture(space?: FreeSpace): Promise<DiskFixture> {
  const parent = await mkdtemp(join(tmpdir(), 'holdfast-objects-'));
  const root = join(parent, 'objects');
  const buffers = new BufferPool();
  const reopen = (instance = 'first'): Promise<DiskObjectStore> =>
    openDiskStore({ root, instance, buffers, reserve: { bytes: 0, share: 0 }, space });
  return {
    store: await reopen(),
    root,
    buffers,
    reopen,
    countLeftovers: async () => {
      const found = await readdir(root, { recursive: true });
      return found.filter((path) => /^(parts\/|incoming\/[^/]+\/)/.test(path)).length;
    },
    [Symbol.asyncDispose]: async () => {
      assert.equal(buffers.lent, 0, 'all buffers were given back');
      await rm(parent, { recursive: true });
    },
  };
}

const open = (): Promise<DiskFixture> => openFixture();
checkObjectStore('DiskObjectStore', open);
checkParts('DiskObjectStore', open);
checkPacks('DiskObjectStore', open);

const objectPath = (root: string, digest: string): string =>
  join(root, 'sha256', digest.slice(0, 2), digest.slice(2, 4), digest);

void test('DiskObjectStore keeps objects for its owner alone', async () => {
  await using fixture = await open();
  const { sha256: digest } = await fixture.store.put(inChunks(patterned(10)), { limit: 10 });
  const path = objectPath(fixture.root, digest);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  for (const directory of [
    fixture.root,
    join(path, '..'),
    join(path, '../..'),
    join(fixture.root, 'parts'),
  ]) {
    assert.equal((await stat(directory)).mode & 0o777, 0o700, directory);
  }
});

void test('open() refuses a symbolic link and a directory in the place of an object', async () => {
  await using fixture = await open();
  const { sha256: digest } = await fixture.store.put(inChunks(patterned(10)), { limit: 10 });
  const path = objectPath(fixture.root, digest);
  await rename(path, `${path}.moved`);
  await symlink('/etc/passwd', path);
  await assert.rejects(fixture.store.open(digest), { code: 'ELOOP' });
  assert.equal(await fixture.store.has(digest), false);
  await rm(path);
  await mkdir(path);
  await assert.rejects(fixture.store.open(digest), /not a plain file/);
});

void test('openDiskStore() accepts a symbolic link as its root', async () => {
  await using fixture = await open();
  const link = `${fixture.root}-link`;
  await symlink(fixture.root, link);
  await using store = await openDiskStore({
    root: link,
    instance: 'x',
    buffers: fixture.buffers,
    reserve: { bytes: 0, share: 0 },
  });
  await store.put(inChunks(patterned(10)), { limit: 10 });
});

void test('openDiskStore() removes what a crash of the same hub left, and nothing of another', async () => {
  await using fixture = await open();
  await fixture.reopen('second');
  await writeFile(join(fixture.root, 'incoming/first/0a'), 'left by a crash');
  await writeFile(join(fixture.root, 'incoming/second/0b'), 'in use by another hub');
  const upload = await fixture.store.beginParts({ size: 2, partSize: 1 });
  const directory = join(fixture.root, 'parts', upload.id);
  for (const name of ['writing-1-0f-first', 'sealing-0f-first', 'writing-2-0f-second']) {
    await writeFile(join(directory, name), '');
  }
  await fixture.reopen('first');
  assert.deepEqual(await readdir(join(fixture.root, 'incoming/first')), []);
  assert.deepEqual(await readdir(join(fixture.root, 'incoming/second')), ['0b']);
  assert.deepEqual((await readdir(directory)).toSorted(), ['bytes', 'writing-2-0f-second']);
});

void test('completeParts() works after a restart, without the running digest', async () => {
  await using fixture = await open();
  const bytes = patterned(3 * MiB);
  const upload = await fixture.store.beginParts({ size: bytes.length, partSize: 2 * MiB });
  const parts = [];
  for (const number of [1, 2]) {
    const source = inChunks(bytes.subarray((number - 1) * 2 * MiB, number * 2 * MiB));
    parts.push({ number, ...(await fixture.store.putPart(upload, { number, source })) });
  }
  const restarted = await fixture.reopen();
  await restarted.completeParts(upload, { parts, sha256: sha256(bytes) });
  assert.equal(await restarted.has(sha256(bytes)), true);
});

void test('sweep() removes only what was not touched since', async () => {
  await using fixture = await open();
  const old = new Date(Date.now() - 3_600_000);
  const stale = await fixture.store.beginParts({ size: 2, partSize: 1 });
  const fresh = await fixture.store.beginParts({ size: 2, partSize: 1 });
  const slow = await fixture.store.beginParts({ size: 2, partSize: 1 });
  for (const { id } of [stale, slow]) {
    if (id === stale.id) await utimes(join(fixture.root, 'parts', id, 'bytes'), old, old);
    await utimes(join(fixture.root, 'parts', id), old, old);
  }
  await writeFile(join(fixture.root, 'incoming/first/0a'), 'forgotten');
  await utimes(join(fixture.root, 'incoming/first/0a'), old, old);
  assert.equal(await fixture.store.sweep(new Date(Date.now() - 60_000)), 2);
  const left = await readdir(join(fixture.root, 'parts'));
  assert.deepEqual(left.toSorted(), [fresh.id, slow.id].toSorted());
});

void test('put() answers full before it reads a byte, and while bytes come', async () => {
  let free = 100 * MiB;
  const space = new FreeSpace({
    measure: async () => ({ free, total: 1000 * MiB }),
    reserve: { bytes: 10 * MiB, share: 1 },
  });
  await using fixture = await openFixture(space);
  const full = (error: unknown): boolean => isFault(error, 'object.store-full');
  let read = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    read = true;
    for (let sent = 0; sent < 200; sent += 1) {
      yield Buffer.alloc(MiB);
      if (sent === 3) free = 20 * MiB;
    }
  };
  await assert.rejects(fixture.store.put(source(), { limit: 1000 * MiB, size: 91 * MiB }), full);
  assert.equal(read, false);
  await assert.rejects(fixture.store.beginParts({ size: 91 * MiB, partSize: MiB }), full);
  await assert.rejects(fixture.store.put(source(), { limit: 1000 * MiB }), full);
  assert.equal(await fixture.countLeftovers(), 0);
});

void test('stage() and put() that run at once leave the reserve alone', async () => {
  const space = new FreeSpace({
    measure: async () => ({ free: 100 * MiB, total: 1000 * MiB }),
    reserve: { bytes: 10 * MiB, share: 1 },
  });
  await using fixture = await openFixture(space);
  const gate = Promise.withResolvers<undefined>();
  let begun = 0;
  const waiting = async function* (): AsyncGenerator<Uint8Array> {
    begun += 1;
    await Promise.race([gate.promise, delay(5000)]);
    yield Buffer.alloc(1);
  };
  const full = (error: unknown): boolean => isFault(error, 'object.store-full');
  const { packs } = fixture.store;
  const staged = packs.stage(waiting(), { limit: 60 * MiB });
  const announced = packs.stage(waiting(), { limit: 60 * MiB, announced: MiB });
  const put = fixture.store.put(waiting(), { limit: MiB });
  // Each has its place before its first byte is taken.
  while (begun < 3) await delay(5);
  await assert.rejects(packs.stage(waiting(), { limit: 60 * MiB }), full);
  await assert.rejects(fixture.store.put(waiting(), { limit: 60 * MiB, size: 60 * MiB }), full);
  gate.resolve(undefined);
  for (const one of [staged, announced]) await (await one)[Symbol.asyncDispose]();
  await put;
  await using _after = await packs.stage(waiting(), { limit: 60 * MiB });
});

void test('a storage path never comes from outside', async () => {
  await using fixture = await open();
  const upload = { id: '../../escape', size: 1, partSize: 1 };
  await assert.rejects(fixture.store.abortParts(upload), /unexpected name/);
});
