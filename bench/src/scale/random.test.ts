// The made-up hub is the same in every run and has the shape of a real one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { quantile } from './latency.ts';
import { Population } from './population.ts';
import { openRandom, zipf } from './random.ts';

void test('openRandom() gives the same numbers for the same seed', () => {
  const [one, same, other] = [openRandom(1), openRandom(1), openRandom(2)];
  const first = Array.from({ length: 5 }, one);
  assert.deepEqual(first, Array.from({ length: 5 }, same));
  assert.notDeepEqual(first, Array.from({ length: 5 }, other));
});

void test('zipf() picks the second about half as often as the first', () => {
  const random = openRandom(1);
  const choose = zipf(['first', 'second', 'third']);
  const counts = { first: 0, second: 0, third: 0 };
  for (let n = 0; n < 11_000; n += 1) counts[choose(random) as keyof typeof counts] += 1;
  assert.ok(Math.abs(counts.first - 6000) < 200, `${counts.first}`);
  assert.ok(Math.abs(counts.second - 3000) < 200, `${counts.second}`);
});

void test('Population gives each repository an id and a name of its own', () => {
  const repos = [...new Population(5000).repos()];
  assert.equal(new Set(repos.map(({ id }) => id)).size, 5000);
  assert.equal(new Set(repos.map(({ owner, name }) => `${owner.name}/${name}`)).size, 5000);
  assert.ok(repos.every(({ id }) => /^[0-9a-f]{24}$/.test(id)));
});

void test('quantile() is the value that a share does not exceed', () => {
  const values = Array.from({ length: 20 }, (_, n) => 20 - n);
  assert.equal(quantile(values, 0.95), 19);
  assert.equal(quantile(values, 1), 20);
  assert.throws(() => quantile([], 0.5), /nothing was measured/);
});
