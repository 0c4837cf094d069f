// Texts that are made once.
import assert from 'node:assert/strict';
import test from 'node:test';
import { KeptTexts } from './kept-texts.ts';

void test('KeptTexts makes a text once, and gives up what was not asked for longest', () => {
  const made: string[] = [];
  const texts = new KeptTexts(30);
  const get = (name: string): string =>
    texts.get(name, () => {
      made.push(name);
      return `${name} is nine`;
    });
  assert.equal(get('a'), 'a is nine');
  get('a');
  get('b');
  get('c');
  assert.deepEqual(made, ['a', 'b', 'c']);
  get('a');
  get('d');
  get('a');
  get('c');
  get('b');
  assert.deepEqual(made, ['a', 'b', 'c', 'd', 'b']);
});

void test('KeptTexts does not keep what would take all of its room', () => {
  const texts = new KeptTexts();
  let made = 0;
  const make = (): string => 'x'.repeat(2 * 1024 * 1024 + (made += 1));
  texts.get('a', make);
  texts.get('a', make);
  assert.equal(made, 2);
});
