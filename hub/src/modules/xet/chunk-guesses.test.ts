// Guesses are counted by user and scope, and forgotten with the hour.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseId } from '@holdfast/kernel/id';
import { ChunkGuesses, MOST_MISSES } from './chunk-guesses.ts';

const idOf = (letter: string) => parseId(letter.repeat(24)) ?? assert.fail();
const [eve, ada, scope, other] = ['e', 'a', 'b', 'c'].map(idOf) as [never, never, never, never];

void test('who asked in vain too often is told no more in that scope, until the next hour', () => {
  let now = new Date('2026-01-01T10:00:00Z');
  const guesses = new ChunkGuesses({ now: () => now });
  for (let n = 0; n < MOST_MISSES; n += 1) {
    assert.ok(guesses.mayAsk(eve, scope), `guess ${n}`);
    guesses.noteMiss(eve, scope);
  }
  assert.equal(guesses.mayAsk(eve, scope), false);
  assert.equal(guesses.mayAsk(eve, other), true);
  assert.equal(guesses.mayAsk(ada, scope), true);
  now = new Date('2026-01-01T10:59:59Z');
  assert.equal(guesses.mayAsk(eve, scope), false);
  now = new Date('2026-01-01T11:00:00Z');
  assert.equal(guesses.mayAsk(eve, scope), true);
});
