// Cards that are longer than what is kept of one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { KiB } from '@holdfast/kernel/size';
import { boundMetadata } from './bounded.ts';
import { parseCard } from './card.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

void test('boundMetadata() leaves out the largest values, and keeps the order of the rest', () => {
  const long = 'é'.repeat(20 * KiB);
  const metadata = { dataset_info: [long], license: 'mit', configs: [long], tags: ['a'] };
  const { metadata: kept, left } = boundMetadata(metadata);
  assert.deepEqual(Object.keys(kept), ['license', 'configs', 'tags']);
  assert.deepEqual(left, ['dataset_info']);
  assert.deepEqual(boundMetadata({ license: 'mit' }), { metadata: { license: 'mit' }, left: [] });
});

void test('boundMetadata() keeps no more than its bytes, of many keys and of one', () => {
  const many = Object.fromEntries(
    Array.from({ length: 9000 }, (_none, n) => [`key-${n}`, 'x'.repeat(n % 40)]),
  );
  for (const metadata of [many, { ['k'.repeat(70 * KiB)]: 1 }, { one: 'x'.repeat(70 * KiB) }]) {
    const { metadata: kept, left } = boundMetadata(metadata);
    assert.ok(bytesOf(kept) <= 64 * KiB && left.length > 0);
  }
  assert.ok(bytesOf(boundMetadata(many).metadata) > 60 * KiB);
});

void test('parseCard() keeps little of a README whose aliases unfold to megabytes, and says what it leaves out', () => {
  const anchor = `base: &base "${'x'.repeat(3000)}"`;
  const aliases = `more: [${'*base, '.repeat(500)}*base]`;
  const card = parseCard(`---\nlicense: mit\n${anchor}\n${aliases}\n---\n`);
  assert.ok(bytesOf(card.metadata) < 64 * KiB);
  assert.deepEqual(Object.keys(card.metadata), ['license', 'base']);
  assert.deepEqual(card.errors, []);
  assert.deepEqual(
    card.warnings.map(({ message }) => message),
    ['the metadata is over 64 KiB; the hub keeps and lists it without "more"'],
  );
});
