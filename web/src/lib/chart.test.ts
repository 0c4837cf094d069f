// A bar for each hour or day.
import assert from 'node:assert/strict';
import test from 'node:test';
import { drawBars } from './chart.ts';

void test('drawBars() fills the height with the most, and shows the least there is', () => {
  const at = new Date(0);
  const { bars, most, total, width, height } = drawBars([0, 1, 1_000].map((value) => ({ at, value })));
  assert.deepEqual([most, total, width], [1_000, 1_001, 30]);
  assert.deepEqual(
    bars.map((bar) => [bar.x, bar.y + bar.height, bar.height]),
    [
      [0, height, 0],
      [10, height, 2],
      [20, height, height],
    ],
  );
});

void test('drawBars() draws nothing of nothing', () => {
  assert.deepEqual(drawBars([]), { bars: [], width: 0, height: 80, most: 0, total: 0, unknown: 0 });
  const flat = drawBars([{ at: new Date(0), value: 0 }]);
  assert.deepEqual([flat.most, flat.bars[0]?.height], [0, 0]);
});

void test('drawBars() takes what is not known neither for nothing nor into the sum', () => {
  const at = new Date(0);
  const { bars, most, total, unknown, height } = drawBars([undefined, 0, 5].map((value) => ({ at, value })));
  assert.deepEqual([most, total, unknown], [5, 5, 1]);
  assert.deepEqual(
    bars.map((bar) => bar.height),
    [height, 0, height],
  );
});
