// Uploads leave a reserve.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { GiB } from '@holdfast/kernel/size';
import { DEFAULT_RESERVE, FreeSpace, reserveOf, withoutSpace } from './free-space.ts';

const spaceOf = (free: number, total: number, reserve?: number): FreeSpace =>
  new FreeSpace({
    measure: async () => ({ free, total }),
    reserve: reserve === undefined ? undefined : { bytes: reserve, share: 1 },
  });

void test('reserveOf() is 5 % of a small disk and 2 GiB of a large one', () => {
  assert.equal(reserveOf(DEFAULT_RESERVE, 10 * GiB), GiB / 2);
  assert.equal(reserveOf(DEFAULT_RESERVE, 1000 * GiB), 2 * GiB);
});

void test('check() passes until the reserve would be touched', async () => {
  await spaceOf(3 * GiB, 1000 * GiB).check(GiB);
  await assert.rejects(spaceOf(3 * GiB, 1000 * GiB).check(GiB + 1), (error) =>
    isFault(error, 'object.store-full'),
  );
  await assert.rejects(spaceOf(99, 1000, 100).check(0), (error) => isFault(error, 'object.store-full'));
  await spaceOf(100, 1000, 100).check(0);
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
