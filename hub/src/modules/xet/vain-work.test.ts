// Work in vain is counted by sender, with what goes on, and forgotten with the day.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { GiB } from '@holdfast/kernel/size';
import { MOST_IN_VAIN, VainWork } from './vain-work.ts';

const [EVE, ADA] = ['e'.repeat(24) as Id, 'a'.repeat(24) as Id];
const tooMuch = (error: unknown) => isFault(error, 'xet.too-much-in-vain');

void test('who had too much done in vain has no more done until the next day', () => {
  let now = new Date('2026-01-01T10:00:00Z');
  const vain = new VainWork({ now: () => now });
  for (let done = 0; done < MOST_IN_VAIN; done += GiB) {
    using work = vain.begin(EVE, GiB);
    work.wasInVain(GiB);
  }
  assert.throws(() => vain.begin(EVE, 1), tooMuch);
  vain.begin(ADA, GiB)[Symbol.dispose]();
  now = new Date('2026-01-01T23:59:59Z');
  assert.throws(() => vain.begin(EVE, 1), tooMuch);
  now = new Date('2026-01-02T00:00:00Z');
  vain.begin(EVE, GiB)[Symbol.dispose]();
});

void test('what goes on counts, and what was good does not', () => {
  const vain = new VainWork({ now: () => new Date('2026-01-01T10:00:00Z') });
  const open = Array.from({ length: MOST_IN_VAIN / GiB }, () => vain.begin(EVE, GiB));
  assert.throws(() => vain.begin(EVE, 1), tooMuch);
  for (const work of open) work[Symbol.dispose]();
  Array.from({ length: MOST_IN_VAIN / GiB }, () => vain.begin(EVE, GiB));
});

void test('who brought much may have as much more done in vain', () => {
  const vain = new VainWork({ now: () => new Date('2026-01-01T10:00:00Z') });
  using work = vain.begin(EVE, 0);
  work.brought(10 * GiB);
  work.wasInVain(MOST_IN_VAIN + 9 * GiB);
  vain.begin(EVE, GiB)[Symbol.dispose]();
  assert.throws(() => vain.begin(EVE, GiB + 1), tooMuch);
});
