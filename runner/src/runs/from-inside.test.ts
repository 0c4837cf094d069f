// What a sandbox says in place of the program inside.
import assert from 'node:assert/strict';
import test from 'node:test';
import { InsideWords } from './from-inside.ts';

const KEY = { type: 'key', key: 'k'.repeat(43) };
const EXITED = { type: 'exited', code: 0, signal: null };

void test('take() gives each word of the program inside, in whatever order they come', () => {
  for (const frames of [
    [KEY, { type: 'opened' }, { type: 'listening' }, EXITED],
    [{ type: 'listening' }, EXITED],
    [{ ...EXITED, code: 1 }],
    [{ ...EXITED, code: null, signal: 'SIGSEGV' }],
  ]) {
    const words = new InsideWords();
    assert.deepEqual(
      frames.map((frame) => words.take(frame)),
      frames,
    );
  }
});

void test('take() gives none twice, and none that the program inside never says', () => {
  const words = new InsideWords();
  for (const frame of [KEY, { type: 'opened' }, { type: 'listening' }, EXITED]) {
    assert.notEqual(words.take(frame), undefined);
    assert.equal(words.take(frame), undefined);
  }
  for (const frame of [{}, null, 'opened', 7, [], { type: 'key', key: 'k' }, { type: 'ended' }])
    assert.equal(new InsideWords().take(frame), undefined, JSON.stringify(frame));
});
