// What every store of packs does. Called by one test file per implementation.
import assert from 'node:assert/strict';
import { readSync } from 'node:fs';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { MiB } from '@holdfast/kernel/size';
import { allocateAligned, PAGE, toPage } from '../../src/aligned.ts';
import { inChunks, patterned, type OpenTestStore } from './contract.ts';

const NAME = sha256('a name that somebody computed');

/** Runs all checks of packs against one implementation. */
export function checkPacks(name: string, open: OpenTestStore): void {
  void test(`${name} packs can be looked at before they have a name, and read by it afterwards`, async () => {
    await using fixture = await open();
    const { packs } = fixture.store;
    const bytes = patterned(3 * MiB + 17);
    {
      await using staged = await packs.stage(inChunks(bytes), { limit: 4 * MiB });
      assert.equal(staged.size, bytes.length);
      const head = Buffer.alloc(100);
      if (staged.fd !== undefined) assert.equal(readSync(staged.fd, head, 0, 100, 1000), 100);
      assert.deepEqual(head, bytes.subarray(1000, 1100));
      await assert.rejects(packs.open(NAME), (error) => isFault(error, 'object.missing'));
      await staged.publish(NAME);
    }
    assert.equal(await fixture.countLeftovers(), 0);
    await using found = await packs.open(NAME);
    assert.equal(found.size, bytes.length);
    const middle = Buffer.alloc(MiB);
    await found.readInto(MiB, middle);
    assert.deepEqual(middle, bytes.subarray(MiB, 2 * MiB));
    await assert.rejects(found.readInto(bytes.length - 1, Buffer.alloc(2)), /ends/);
    const listed = await Array.fromAsync(packs.list());
    assert.deepEqual(
      listed.map(({ sha256: digest, size }) => [digest, size]),
      [[NAME, bytes.length]],
    );
    // They are no objects, and no object can be taken for one.
    assert.equal(await fixture.store.has(NAME), false);
  });

  void test(`${name} packs that are announced are the same, and are read page by page to the last byte`, async () => {
    await using fixture = await open();
    const { packs } = fixture.store;
    for (const size of [MiB, 2 * MiB + 1, 3 * MiB - 1, 3 * MiB + PAGE]) {
      const bytes = patterned(size);
      await using staged = await packs.stage(inChunks(bytes), { limit: 4 * MiB, announced: size });
      assert.equal(staged.size, size);
      assert.ok(readPages(staged, size).equals(bytes));
      await staged.publish(NAME);
      await using aligned = await packs.openAligned(NAME);
      assert.equal(aligned.size, size);
      assert.ok(readPages(aligned, size).equals(bytes));
      // Who reads as usual gets the same.
      await using found = await packs.open(NAME);
      const odd = Buffer.alloc(size - 7);
      await found.readInto(7, odd);
      assert.ok(odd.equals(bytes.subarray(7)));
    }
    const tooMuch = packs.stage(inChunks(patterned(2 * MiB)), {
      limit: 4 * MiB,
      announced: 2 * MiB,
      signal: aborted(),
    });
    await assert.rejects(tooMuch, /gone/);
    assert.equal(await fixture.countLeftovers(), 0);
    await assert.rejects(packs.openAligned(sha256('other')), (error) => isFault(error, 'object.missing'));
  });

  void test(`${name} packs that got no name are gone`, async () => {
    await using fixture = await open();
    const { packs } = fixture.store;
    await (await packs.stage(inChunks(patterned(100)), { limit: 100 }))[Symbol.asyncDispose]();
    const tooMuch = packs.stage(inChunks(patterned(101)), { limit: 100 });
    await assert.rejects(tooMuch, (error) => isFault(error, 'object.too-large'));
    await assert.rejects(packs.stage(inChunks(patterned(9)), { limit: 9, signal: aborted() }), /gone/);
    assert.equal(await fixture.countLeftovers(), 0);
    assert.deepEqual(await Array.fromAsync(packs.list()), []);
  });

  void test(`${name} packs of one name replace one another, and are removed once`, async () => {
    await using fixture = await open();
    const { packs } = fixture.store;
    for (let time = 0; time < 2; time += 1) {
      await using staged = await packs.stage(inChunks(patterned(50)), { limit: 50 });
      await staged.publish(NAME);
    }
    assert.equal((await Array.fromAsync(packs.list())).length, 1);
    assert.equal(await packs.remove(NAME), true);
    assert.equal(await packs.remove(NAME), false);
  });
}

function aborted(): AbortSignal {
  return AbortSignal.abort(new Error('gone'));
}

/** All bytes, as `PackStore.openAligned` asks to read them. */
function readPages({ fd }: { readonly fd: number | undefined }, size: number): Buffer {
  if (fd === undefined) throw new Error('packs need a store of plain files');
  const bytes = allocateAligned(toPage(size));
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
}
