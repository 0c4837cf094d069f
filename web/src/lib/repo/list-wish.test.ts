// What addresses of lists ask for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { addressOf, queryOf, readWish, toggled } from './list-wish.ts';

const wish = (text: string) => readWish('model', new URLSearchParams(text));

void test('readWish() and addressOf() agree, and a change begins the list anew', () => {
  const text = 'search=bert&tag=fill-mask&tag=license%3Amit&size=m&sort=downloads';
  assert.equal(addressOf(wish(text), '/models'), `/models?${text}`);
  assert.equal(
    addressOf(wish(`${text}&cursor=abc`), '/models', { tags: [] }),
    '/models?search=bert&size=m&sort=downloads',
  );
  assert.equal(addressOf(wish(''), '/models'), '/models');
});

void test('readWish() passes over what makes no sense', () => {
  const { size, sort, tags } = wish('size=__proto__&sort=x&tag=&tag=a&tag=a');
  assert.deepEqual({ size, sort, tags }, { size: undefined, sort: 'trendingScore', tags: ['a'] });
  assert.equal(readWish('space', new URLSearchParams('size=s')).size, undefined);
});

void test('queryOf() asks for sizes as numbers of parameters', () => {
  assert.deepEqual(queryOf(wish('size=m')).parameters, { min: 1e9, max: 8e9 });
});

void test('toggled() adds a tag, and takes it away', () => {
  assert.deepEqual(toggled(['a'], 'b'), ['a', 'b']);
  assert.deepEqual(toggled(['a', 'b'], 'a'), ['b']);
});
