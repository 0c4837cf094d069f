// What every object store does with uploads in parts. Called by one test file per implementation.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { MiB } from '@holdfast/kernel/size';
import type { ObjectStore, PartsUpload, ReceivedPart } from '../../src/objects/store.ts';
import { inChunks, patterned, readAll, type OpenTestStore } from './contract.ts';

const code =
  (expected: string) =>
  (error: unknown): boolean =>
    isFault(error, expected);

const SIZE = 5 * MiB + 11;
const PART = 2 * MiB;
const bytes = patterned(SIZE);

async function send(
  store: ObjectStore,
  upload: PartsUpload,
  numbers: readonly number[],
): Promise<ReceivedPart[]> {
  const parts: ReceivedPart[] = [];
  for (const number of numbers) {
    const source = inChunks(bytes.subarray((number - 1) * PART, number * PART));
    parts.push({ number, ...(await store.putPart(upload, { number, source })) });
  }
  return parts;
}

/** A source that sends its first bytes and then nothing until it is told to go on. */
function stalling(content: Uint8Array): { readonly source: Readable; finish(): void } {
  const source = new Readable({ read: () => undefined });
  source.push(content.subarray(0, 10));
  return {
    source,
    finish: () => {
      source.push(content.subarray(10));
      source.push(null);
    },
  };
}

/** Runs all checks of uploads in parts against one implementation. */
export function checkParts(name: string, open: OpenTestStore): void {
  checkCompleting(name, open);
  checkRefusing(name, open);
  checkRaces(name, open);
}

function checkCompleting(name: string, open: OpenTestStore): void {
  const orders = [
    [1, 2, 3],
    [3, 1, 2],
    [1, 1, 2, 2, 3],
    [1, 2, 1, 3],
  ];
  for (const order of orders) {
    void test(`${name} completeParts() makes one object of parts sent as ${order.join(' ')}`, async () => {
      await using fixture = await open();
      const { store } = fixture;
      const upload = await store.beginParts({ size: SIZE, partSize: PART });
      const parts = await send(store, upload, order);
      const stored = await store.completeParts(upload, { parts, sha256: sha256(bytes) });
      assert.deepEqual(stored, { sha256: sha256(bytes), size: SIZE });
      await using object = await store.open(stored.sha256);
      assert.ok((await readAll(object, { start: 0, end: SIZE })).equals(bytes));
      assert.deepEqual(await store.completeParts(upload, { parts, sha256: sha256(bytes) }), stored);
      await store.abortParts(upload);
      assert.equal(await fixture.countLeftovers(), 0);
      assert.equal(await store.has(stored.sha256), true);
    });
  }

  void test(`${name} putPart() takes parts at the same time`, async () => {
    await using fixture = await open();
    const upload = await fixture.store.beginParts({ size: SIZE, partSize: PART });
    const sent = await Promise.all([3, 2, 1].map((number) => send(fixture.store, upload, [number])));
    await fixture.store.completeParts(upload, { parts: sent.flat(), sha256: sha256(bytes) });
    assert.equal(await fixture.store.has(sha256(bytes)), true);
  });
}

function checkRefusing(name: string, open: OpenTestStore): void {
  void test(`${name} putPart() refuses wrong sizes and numbers`, async () => {
    await using fixture = await open();
    const upload = await fixture.store.beginParts({ size: SIZE, partSize: PART });
    const put = (number: number, size: number): Promise<unknown> =>
      fixture.store.putPart(upload, { number, source: inChunks(patterned(size)) });
    await assert.rejects(put(1, PART - 1), code('object.size-mismatch'));
    await assert.rejects(put(1, PART + 1), code('object.size-mismatch'));
    await assert.rejects(put(3, PART), code('object.size-mismatch'));
    await assert.rejects(put(0, PART), code('parts.number'));
    await assert.rejects(put(4, PART), code('parts.number'));
  });

  void test(`${name} completeParts() names the part that is missing or has another ETag`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    const upload = await store.beginParts({ size: SIZE, partSize: PART });
    const parts = await send(store, upload, [1, 3]);
    const wish = { sha256: sha256(bytes) };
    await assert.rejects(store.completeParts(upload, { ...wish, parts }), /Part 2 /);
    parts.push(...(await send(store, upload, [2])));
    const forged = parts.map((part) => (part.number === 3 ? { ...part, etag: 'ff' } : part));
    await assert.rejects(store.completeParts(upload, { ...wish, parts: forged }), code('parts.incomplete'));
    await store.completeParts(upload, { ...wish, parts });
  });

  void test(`${name} completeParts() refuses another digest and forgets the upload`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    const upload = await store.beginParts({ size: SIZE, partSize: PART });
    const parts = await send(store, upload, [1, 2, 3]);
    const wrong = { parts, sha256: sha256('something else') };
    await assert.rejects(store.completeParts(upload, wrong), code('object.digest-mismatch'));
    assert.equal(await fixture.countLeftovers(), 0);
    assert.deepEqual(await Array.fromAsync(store.list()), []);
    await assert.rejects(store.completeParts(upload, wrong), code('parts.missing'));
  });

  void test(`${name} completeParts() does not give an object to who merely knows its digest`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    await store.put(inChunks(bytes), { limit: SIZE });
    const upload = await store.beginParts({ size: SIZE, partSize: PART });
    const claim = store.completeParts(upload, { parts: [], sha256: sha256(bytes) });
    await assert.rejects(claim, code('parts.incomplete'));
  });

  void test(`${name} refuses everything about an upload that was aborted or never was`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    const upload = await store.beginParts({ size: SIZE, partSize: PART });
    await send(store, upload, [1]);
    await store.abortParts(upload);
    await store.abortParts(upload);
    for (const id of [upload.id, 'ab'.repeat(16)]) {
      await assert.rejects(send(store, { ...upload, id }, [1]), code('parts.missing'));
      const completion = store.completeParts({ ...upload, id }, { parts: [], sha256: sha256(bytes) });
      await assert.rejects(completion, code('parts.missing'));
    }
    assert.equal(await fixture.countLeftovers(), 0);
  });
}

function checkRaces(name: string, open: OpenTestStore): void {
  void test(`${name} completeParts() waits for no slow sender, who cannot change the object afterwards`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    const upload = await store.beginParts({ size: SIZE, partSize: PART });
    const parts = await send(store, upload, [1, 2, 3]);
    const slow = stalling(patterned(PART, 9));
    const late = store.putPart(upload, { number: 1, source: slow.source });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const wish = { parts, sha256: sha256(bytes) };
    await assert.rejects(store.completeParts(upload, wish), code('parts.busy'));
    slow.finish();
    parts.push({ number: 1, ...(await late) });
    await assert.rejects(store.completeParts(upload, wish), code('object.digest-mismatch'));
    assert.equal(await store.has(sha256(bytes)), false);
  });

  void test(`${name} putPart() lets one sender write a part at a time`, async () => {
    await using fixture = await open();
    const upload = await fixture.store.beginParts({ size: SIZE, partSize: PART });
    const slow = stalling(bytes.subarray(0, PART));
    const first = fixture.store.putPart(upload, { number: 1, source: slow.source });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await assert.rejects(send(fixture.store, upload, [1]), code('parts.busy'));
    slow.finish();
    await first;
    await send(fixture.store, upload, [1]);
  });

  void test(`${name} putPart() after completeParts() changes nothing`, async () => {
    await using fixture = await open();
    const { store } = fixture;
    const upload = await store.beginParts({ size: SIZE, partSize: PART });
    const parts = await send(store, upload, [1, 2, 3]);
    await store.completeParts(upload, { parts, sha256: sha256(bytes) });
    const again = store.putPart(upload, { number: 1, source: inChunks(patterned(PART, 9)) });
    await assert.rejects(again, code('parts.missing'));
    await using object = await store.open(sha256(bytes));
    assert.ok((await readAll(object, { start: 0, end: SIZE })).equals(bytes));
  });
}
