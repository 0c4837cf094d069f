// How uploads are planned.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { partLength, partSizeFor, planUploads, type BlobName, type UploadRules } from './model.ts';

const rules: UploadRules = { largest: 1000 * MiB, part: 10 * MiB, partsOffered: true };
const named = (letter: string, size: number): BlobName => ({ sha256: letter.repeat(64) as Sha256, size });
const plan = (wishes: BlobName[], stored: BlobName[] = [], other: Partial<UploadRules> = {}) =>
  planUploads(wishes, new Map(stored.map((one) => [one.sha256, one])), { ...rules, ...other });

void test('planUploads() asks for nothing that the repository holds', () => {
  const a = named('a', 5);
  assert.deepEqual(plan([a, named('b', 5)], [a]), [{ way: 'stored' }, { way: 'whole' }]);
});

void test('planUploads() refuses a size that is not the one stored under the digest', () => {
  assert.deepEqual(plan([named('a', 6)], [named('a', 5)]), [{ way: 'size-differs', stored: 5 }]);
});

void test('planUploads() refuses what is larger than the limit, and takes what is just as large', () => {
  const [over, at] = plan([named('a', 1000 * MiB + 1), named('b', 1000 * MiB)], [], { partsOffered: false });
  assert.deepEqual(over, { way: 'too-large', limit: 1000 * MiB });
  assert.deepEqual(at, { way: 'whole' });
});

void test('planUploads() sends a large object in parts only to a sender that offers them', () => {
  const large = named('a', 40 * MiB + 1);
  assert.deepEqual(plan([large]), [{ way: 'parts', partSize: 10 * MiB }]);
  assert.deepEqual(plan([named('a', 40 * MiB)]), [{ way: 'whole' }]);
  assert.deepEqual(plan([large], [], { partsOffered: false }), [{ way: 'whole' }]);
});

void test('planUploads() transfers all of a batch in one way, but leaves out empty objects', () => {
  const plans = plan([named('a', 1), named('b', 50 * MiB), named('c', 0)]);
  assert.deepEqual(
    plans.map((one) => one.way),
    ['parts', 'parts', 'whole'],
  );
});

void test('planUploads() does not let an object that is refused decide about the others', () => {
  assert.deepEqual(plan([named('a', 2000 * MiB), named('b', 1)])[1], { way: 'whole' });
});

void test('partSizeFor() never makes more than a thousand parts', () => {
  assert.equal(partSizeFor(1000 * 10 * MiB, 10 * MiB), 10 * MiB);
  assert.equal(partSizeFor(1000 * 10 * MiB + 1, 10 * MiB), 11 * MiB);
});

void test('partLength() gives the last part the rest, and parts that do not exist nothing', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((part) => partLength(25, 10, part)),
    [10, 10, 5, 0],
  );
});

void test('planUploads() gives all objects of a batch ten thousand parts together, and fewer and larger ones to each', () => {
  const huge = { largest: 64 * 1024 * MiB, part: 64 * MiB };
  const many = Array.from({ length: 1000 }, () => named('a', 62 * 1024 * MiB));
  const partsOf = (wishes: BlobName[]): number[] =>
    plan(wishes, [], huge).map((one, index) =>
      one.way === 'parts' ? Math.ceil((wishes[index]?.size ?? 0) / one.partSize) : 0,
    );
  const parts = partsOf(many);
  assert.ok(parts.reduce((sum, one) => sum + one) <= 10_000);
  assert.ok(parts.every((one) => one === 10));
  // A batch as the clients make them is as before.
  assert.deepEqual(
    partsOf(many.slice(0, 10)),
    Array.from({ length: 10 }, () => 992),
  );
  assert.equal(partsOf([...many.slice(0, 10), named('b', 5)]).at(-1), 1);
});
