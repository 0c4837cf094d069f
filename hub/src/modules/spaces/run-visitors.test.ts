// When a run that another one follows is said to be left.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { RunVisitors } from './run-visitors.ts';
import { type RunOfSpace } from './wish.ts';

const [SPACE, OLD, NEW] = ['a', 'b', 'c'].map((letter) => letter.repeat(24) as Id) as [Id, Id, Id];

function openVisitors(): { readonly visitors: RunVisitors; readonly left: RunOfSpace[] } {
  const left: RunOfSpace[] = [];
  return { left, visitors: new RunVisitors((one) => left.push(one)) };
}

void test('RunVisitors.seeOff() says at once that a run is left where nobody is', () => {
  const { visitors, left } = openVisitors();
  visitors.seeOff(SPACE, [OLD], NEW);
  assert.deepEqual(left, [{ space: SPACE, run: OLD }]);
});

void test('RunVisitors.seeOff() waits for the last of those who were sent there, and says it once', () => {
  const { visitors, left } = openVisitors();
  const [one, other, elsewhere] = [
    visitors.enter(SPACE, OLD),
    visitors.enter(SPACE, OLD),
    visitors.enter(SPACE, NEW),
  ];
  visitors.seeOff(SPACE, [OLD], NEW);
  visitors.seeOff(SPACE, [OLD], NEW);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  elsewhere[Symbol.dispose]();
  assert.deepEqual(left, []);
  other[Symbol.dispose]();
  assert.deepEqual(left, [{ space: SPACE, run: OLD }]);
});

void test('RunVisitors.seeOff() says nothing of a run that visitors are still sent to, or that serves another Space', () => {
  const { visitors, left } = openVisitors();
  visitors.seeOff(SPACE, [OLD], OLD);
  const visit = visitors.enter('d'.repeat(24) as Id, OLD);
  visitors.seeOff(SPACE, [OLD], NEW);
  visit[Symbol.dispose]();
  assert.deepEqual(left, []);
});
