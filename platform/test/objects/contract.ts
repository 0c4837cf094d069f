// What every object store does, whatever it keeps objects in. Called by one test file per implementation.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { KiB, MiB } from '@holdfast/kernel/size';
import type { ByteRange, ObjectStore, OpenObject } from '../../src/objects/store.ts';

/** A store for one test. */
export interface TestStore extends AsyncDisposable {
  readonly store: ObjectStore;
  /** How many things are left that are no objects: temporary files, unfinished uploads. */
  countLeftovers(): Promise<number>;
}

/** Makes a fresh, empty store. */
export type OpenTestStore = () => Promise<TestStore>;

const LIMIT = 64 * MiB;

/** Bytes that differ everywhere, the same each time. */
export function patterned(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** The bytes in chunks of uneven sizes. */
export async function* inChunks(bytes: Uint8Array, largest = 70_001): AsyncGenerator<Uint8Array> {
  for (let offset = 0, size = 1; offset < bytes.length; offset += size, size = ((size * 7) % largest) + 1) {
    yield bytes.subarray(offset, offset + size);
  }
}

/** All bytes of a range. */
export async function readAll(object: OpenObject, range: ByteRange): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.read(range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const code =
  (expected: string) =>
  (error: unknown): boolean =>
    isFault(error, expected);

/** Runs all checks against one implementation. */
export function checkObjectStore(name: string, open: OpenTestStore): void {
  checkStoring(name, open);
  checkRefusing(name, open);
}

function checkStoring(name: string, open: OpenTestStore): void {
  void test(`${name} put() gives back what was stored, for sizes around its buffers`, async () => {
    await using fixture = await open();
    for (const size of [0, 1, 64 * KiB, MiB - 1, MiB, MiB + 1, 3 * MiB + 17]) {
      const bytes = patterned(size);
      const stored = await fixture.store.put(inChunks(bytes), { limit: LIMIT, size, sha256: sha256(bytes) });
      assert.deepEqual(stored, { sha256: sha256(bytes), size });
      await using object = await fixture.store.open(stored.sha256);
      assert.equal(object.size, size);
      assert.ok((await readAll(object, { start: 0, end: size })).equals(bytes), `${size} bytes`);
    }
    assert.equal(await fixture.countLeftovers(), 0);
  });

  void test(`${name} put() takes single chunks larger than its buffers`, async () => {
    await using fixture = await open();
    const bytes = patterned(5 * MiB + 3);
    const { sha256: digest } = await fixture.store.put(Readable.from([bytes]), { limit: LIMIT });
    assert.equal(digest, sha256(bytes));
    await using object = await fixture.store.open(digest);
    assert.ok((await readAll(object, { start: 0, end: bytes.length })).equals(bytes));
  });

  void test(`${name} read() gives exactly the range`, async () => {
    await using fixture = await open();
    const bytes = patterned(MiB + 100);
    const { sha256: digest } = await fixture.store.put(inChunks(bytes), { limit: LIMIT });
    await using object = await fixture.store.open(digest);
    for (const [start, end] of [
      [0, 1],
      [5, 5],
      [MiB - 3, MiB + 3],
      [MiB + 99, MiB + 100],
    ] as const) {
      assert.ok(
        (await readAll(object, { start, end })).equals(bytes.subarray(start, end)),
        `${start}-${end}`,
      );
    }
    await assert.rejects(readAll(object, { start: MiB, end: MiB + 101 }), /before/);
  });

  void test(`${name} put() stores the same bytes twice at once`, async () => {
    await using fixture = await open();
    const bytes = patterned(2 * MiB);
    const puts = Array.from({ length: 4 }, () => fixture.store.put(inChunks(bytes), { limit: LIMIT }));
    const digests = new Set((await Promise.all(puts)).map((stored) => stored.sha256));
    assert.deepEqual([...digests], [sha256(bytes)]);
    assert.equal((await Array.fromAsync(fixture.store.list())).length, 1);
    assert.equal(await fixture.countLeftovers(), 0);
  });

  void test(`${name} list() names all objects in order, has() and remove() know them`, async () => {
    await using fixture = await open();
    const digests: Sha256[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      digests.push((await fixture.store.put(inChunks(patterned(seed, seed)), { limit: LIMIT })).sha256);
    }
    const listed = await Array.fromAsync(fixture.store.list());
    assert.deepEqual(
      listed.map((object) => object.sha256),
      digests.toSorted(),
    );
    for (const [index, digest] of digests.toSorted().entries())
      assert.deepEqual(await Array.fromAsync(fixture.store.list(digest)), listed.slice(index + 1));
    const none = '0'.repeat(64) as Sha256;
    assert.deepEqual(await Array.fromAsync(fixture.store.list(none)), listed);
    assert.deepEqual(
      listed.map((object) => object.size).toSorted((a, b) => a - b),
      [1, 2, 3, 4, 5],
    );
    const [first] = digests;
    assert.ok(first);
    assert.equal(await fixture.store.has(first), true);
    assert.equal(await fixture.store.remove(first), true);
    assert.equal(await fixture.store.remove(first), false);
    assert.equal(await fixture.store.has(first), false);
    await assert.rejects(fixture.store.open(first), code('object.missing'));
    assert.equal((await Array.fromAsync(fixture.store.list())).length, 4);
  });

  void test(`${name} open() keeps an object readable that is removed meanwhile`, async () => {
    await using fixture = await open();
    const bytes = patterned(1000);
    const { sha256: digest } = await fixture.store.put(inChunks(bytes), { limit: LIMIT });
    await using object = await fixture.store.open(digest);
    await fixture.store.remove(digest);
    assert.ok((await readAll(object, { start: 0, end: 1000 })).equals(bytes));
  });
}

function checkRefusing(name: string, open: OpenTestStore): void {
  const bytes = patterned(3 * MiB);

  void test(`${name} put() refuses a digest that is not the content's, and keeps nothing`, async () => {
    await using fixture = await open();
    const wish = { limit: LIMIT, sha256: sha256('something else') };
    await assert.rejects(fixture.store.put(inChunks(bytes), wish), code('object.digest-mismatch'));
    assert.equal(await fixture.countLeftovers(), 0);
    assert.deepEqual(await Array.fromAsync(fixture.store.list()), []);
  });

  void test(`${name} put() refuses fewer and more bytes than announced, and keeps nothing`, async () => {
    await using fixture = await open();
    for (const size of [bytes.length - 1, bytes.length + 1, 0]) {
      const put = fixture.store.put(inChunks(bytes), { limit: LIMIT, size });
      await assert.rejects(put, code('object.size-mismatch'), `${size}`);
    }
    assert.equal(await fixture.countLeftovers(), 0);
    assert.deepEqual(await Array.fromAsync(fixture.store.list()), []);
  });

  void test(`${name} put() stops reading at its limit, and leaves the source usable`, async () => {
    await using fixture = await open();
    let pulled = 0;
    const endless = Readable.from(
      (async function* () {
        for (;;) {
          pulled += 64 * KiB;
          yield Buffer.alloc(64 * KiB);
        }
      })(),
      { objectMode: false, highWaterMark: 64 * KiB },
    );
    await assert.rejects(fixture.store.put(endless, { limit: 2 * MiB }), code('object.too-large'));
    assert.ok(pulled < 3 * MiB, `${pulled} bytes were read`);
    assert.equal(endless.destroyed, false);
    endless.destroy();
    await assert.rejects(fixture.store.put(inChunks(bytes), { limit: 5, size: 6 }), code('object.too-large'));
    assert.equal(await fixture.countLeftovers(), 0);
  });

  void test(`${name} put() passes on what its source throws, and keeps nothing`, async () => {
    await using fixture = await open();
    const broken = (async function* () {
      yield bytes;
      throw new Error('the sender went away');
    })();
    await assert.rejects(fixture.store.put(broken, { limit: LIMIT }), /the sender went away/);
    assert.equal(await fixture.countLeftovers(), 0);
  });

  void test(`${name} put() ends at once when it is aborted while the source is silent`, async () => {
    await using fixture = await open();
    const silent = new Readable({ read: () => undefined });
    silent.push(bytes);
    const controller = new AbortController();
    const put = fixture.store.put(silent, { limit: LIMIT, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('given up')), 20);
    await assert.rejects(put, /given up/);
    assert.equal(await fixture.countLeftovers(), 0);
    silent.destroy();
    const late = fixture.store.put(inChunks(bytes), { limit: LIMIT, signal: controller.signal });
    await assert.rejects(late, /given up/);
  });
}
