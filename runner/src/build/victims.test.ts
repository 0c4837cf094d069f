// Which environments go first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseVictims } from './victims.ts';

const item = (name: string, usedAt: number, isUsed = false) => ({ name, bytes: 10, usedAt, isUsed });
const ITEMS = [item('new', 3), item('old', 1), item('running', 0, true), item('middle', 2)];

void test('chooseVictims() takes those unused for longest, and no more than it has to', () => {
  const names = (budget: number): string[] => chooseVictims(ITEMS, budget).map(({ name }) => name);
  assert.deepEqual(names(40), []);
  assert.deepEqual(names(39), ['old']);
  assert.deepEqual(names(30), ['old']);
  assert.deepEqual(names(20), ['old', 'middle']);
});

void test('chooseVictims() leaves what something runs on, also when that alone is too much', () => {
  assert.deepEqual(
    chooseVictims(ITEMS, 0).map(({ name }) => name),
    ['old', 'middle', 'new'],
  );
});
