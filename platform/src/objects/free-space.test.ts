// Uploads leave a reserve.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { GiB, MiB } from '@holdfast/kernel/size';
import { DEFAULT_RESERVE, FreeSpace, reserveOf, withoutSpace } from './free-space.ts';

const spaceOf = (free: number, total: number, reserve?: number): FreeSpace =>
  new FreeSpace({
    measure: async () => ({ free, total }),
    reserve: reserve === undefined ? undefined : { bytes: reserve, share: 1 },
  });

void test('reserveOf() is 64 MiB of a tiny disk, 5 % of a small one and 2 GiB of a large one', () => {
  assert.equal(reserveOf(DEFAULT_RESERVE, GiB / 2), 64 * MiB);
  assert.equal(reserveOf(DEFAULT_RESERVE, 10 * GiB), GiB / 2);
  assert.equal(reserveOf(DEFAULT_RESERVE, 1000 * GiB), 2 * GiB);
});

void test('reserveOf() is nothing where none is wanted', () => {
  assert.equal(reserveOf({ bytes: 0, share: 0 }, GiB), 0);
});

void test('check() passes until the reserve would be touched', async () => {
  await spaceOf(3 * GiB, 1000 * GiB).check(GiB);
  await assert.rejects(spaceOf(3 * GiB, 1000 * GiB).check(GiB + 1), (error) =>
    isFault(error, 'object.store-full'),
  );
  await assert.rejects(spaceOf(99, 1000, 100).check(0), (error) => isFault(error, 'object.store-full'));
  await spaceOf(100, 1000, 100).check(0);
});

void test('promise() counts what others were promised and have not written', async () => {
  let free = 300;
  const space = new FreeSpace({
    measure: async () => ({ free, total: 1000 }),
    reserve: { bytes: 100, share: 1 },
  });
  const full = (error: unknown): boolean => isFault(error, 'object.store-full');
  const first = await space.promise(120);
  await assert.rejects(space.promise(81), full);
  const second = await space.promise(80);
  await assert.rejects(space.promise(1), full);
  // Written bytes are the disk's to tell of.
  free -= 100;
  first.written(100);
  await assert.rejects(space.promise(1), full);
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  const third = await space.promise(80);
  await assert.rejects(space.promise(1), full);
  first.written(1000);
  first[Symbol.dispose]();
  const fourth = await space.promise(20);
  await assert.rejects(space.promise(1), full);
  for (const one of [third, fourth]) one[Symbol.dispose]();
  await space.check(100);
});

void test('promise() of many that ask at once goes to as many as there is space for', async () => {
  const space = spaceOf(300, 1000, 100);
  const asked = await Promise.allSettled(Array.from({ length: 64 }, async () => await space.promise(64)));
  assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 3);
});

void test('spare() is what is beyond the reserve, and less than none where that is touched', async () => {
  assert.equal(await spaceOf(300, 1000, 100).spare(), 200);
  assert.equal(await spaceOf(100, 1000, 100).spare(), 0);
  assert.equal(await spaceOf(40, 1000, 100).spare(), -60);
  assert.equal(await spaceOf(0, 0).spare(), Infinity);
});

void test('check() passes when the file system cannot tell', async () => {
  await spaceOf(0, 0).check(GiB);
});

void test('withoutSpace() recognises a full disk and a full quota, and nothing else', () => {
  const failed = (code: string): Error => Object.assign(new Error('failed'), { code });
  assert.ok(isFault(withoutSpace(failed('ENOSPC')), 'object.store-full'));
  assert.ok(isFault(withoutSpace(failed('EDQUOT')), 'object.store-full'));
  const other = failed('EIO');
  assert.equal(withoutSpace(other), other);
});
