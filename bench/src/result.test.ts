// How measurements become one line.
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatResults, goalsOf, median, takeTurns, type Turn } from './result.ts';

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
    return { rate: (value += 1), cpu: 0 };
  };
  const { hub, yard } = await takeTurns(2, { hub: turn('hub'), yard: turn('yard') });
  assert.deepEqual(
    [hub, yard].map((side) => side.map(({ rate }) => rate)),
    [
      [3, 5],
      [4, 6],
    ],
  );
  assert.deepEqual(turns, ['hub', 'yard', 'hub', 'yard', 'hub', 'yard']);
});

void test('formatResults() shows the ratio of medians beside its goal, of rates and of processor time', () => {
  const turns = (...rates: number[]): Turn[] => rates.map((rate) => ({ rate, cpu: 1 / rate }));
  const goals = { unit: 'GB/s', cpuUnit: 's/GiB', yardstick: 'y', goal: 'reach 1.0, aim for 1.3' };
  const text = formatResults([{ name: 'x', hub: turns(1, 4, 2), yard: turns(4, 4, 4), ...goals }]);
  assert.match(text, /x\s+2\.00 \[1\.00-4\.00\] GB\/s\s+4\.00 \[4\.00-4\.00\] GB\/s \(y\)\s+0\.50/);
  assert.match(text, /processor time\s+0\.50 \[0\.25-1\.00\] s\/GiB\s+0\.25 \[0\.25-0\.25\] s\/GiB\s+2\.00/);
});

void test('goalsOf() takes the ratio of the medians that a limit is of, and nothing of what has none', () => {
  const turns = (rate: number, cpu: number): Turn[] => [{ rate, cpu }];
  const units = { unit: 'req/s', cpuUnit: 'µs/req', yardstick: 'y', goal: 'reach 0.6' };
  const one = { name: 'x', ...units, hub: turns(1, 9), yard: turns(2, 3) };
  const bound = { side: 'reach', limit: 0.6 } as const;
  assert.deepEqual(goalsOf([one, { ...one, limit: { of: 'rate', ...bound } }]), [
    { what: 'x, the ratio', figure: 0.5, ...bound },
  ]);
  assert.deepEqual(
    goalsOf([{ ...one, limit: { of: 'cpu', ...bound } }]).map(({ figure }) => figure),
    [3],
  );
});
