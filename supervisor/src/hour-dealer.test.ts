// Hours are dealt when they come, and not twice.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '@holdfast/kernel/secret';
import { type DealtHours } from '@holdfast/platform/hour-keys';
import { HourDealer } from './hour-dealer.ts';

const HOUR_MS = 3_600_000;

void test('HourDealer deals the next hour shortly before it, and has it used once it begins', () => {
  const start = 500_000 * HOUR_MS + 1_000;
  const time = { at: start, looks: new Set<() => void>() };
  const dealer = new HourDealer(new Secret(Buffer.alloc(32, 1)), {
    now: () => time.at,
    every: (_, look) => {
      time.looks.add(look);
      return { unref: () => undefined, [Symbol.dispose]: () => void time.looks.delete(look) };
    },
  });
  const given: DealtHours[] = [];
  const first = dealer.deal();
  const following = dealer.follow(first, (hours) => void given.push(hours));
  const lookAt = (at: number): void => {
    time.at = at;
    for (const look of time.looks) look();
  };
  for (const minutes of [1, 30, 57]) lookAt(start + minutes * 60_000);
  assert.equal(given.length, 0, 'nothing new');
  lookAt(start + 59 * 60_000);
  lookAt(start + 59 * 60_000 + 10_000);
  assert.deepEqual(
    given.map(({ current }) => current),
    [1],
    'in reach',
  );
  assert.equal(given[0]?.roots[1], first.roots[0]);
  lookAt(start + HOUR_MS);
  assert.deepEqual(
    given.map(({ current }) => current),
    [1, 0],
    'begun',
  );
  assert.equal(given[1]?.roots[0], given[0]?.roots[0]);
  // A machine that slept.
  lookAt(start + 9 * HOUR_MS);
  assert.equal(given.length, 3);
  following[Symbol.dispose]();
  assert.equal(time.looks.size, 0, 'and looks no more for a hub that ended');
});
