// How measurements become one line.
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatResults, median, takeTurns } from './result.ts';

void test('median() is the middle, or between the two in the middle', () => {
  assert.equal(median([10, 1, 3]), 3);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.throws(() => median([]), /nothing was measured/);
});

void test('takeTurns() alternates and leaves out the first turn of each side', async () => {
  const turns: string[] = [];
  let value = 0;
  const turn = (side: string) => async () => {
    turns.push(side);
    return (value += 1);
  };
  assert.deepEqual(await takeTurns(2, { hub: turn('hub'), yard: turn('yard') }), {
    hub: [3, 5],
    yard: [4, 6],
  });
  assert.deepEqual(turns, ['hub', 'yard', 'hub', 'yard', 'hub', 'yard']);
});

void test('formatResults() shows the ratio of medians beside its goal', () => {
  const result = {
    name: 'x',
    unit: 'GB/s',
    yardstick: 'y',
    hub: [1, 3, 2],
    yard: [4, 4, 4],
    reach: 1,
    aim: 1.3,
  };
  assert.match(
    formatResults([result]),
    /x\s+2\.00 \[1\.00-3\.00\] GB\/s\s+4\.00 \[4\.00-4\.00\] GB\/s \(y\)\s+0\.50/,
  );
});
