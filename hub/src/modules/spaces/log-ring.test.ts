// What all logs hold together has a bound.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LogRing, LogRoom } from './log-ring.ts';

const at = new Date(0);

function write(ring: LogRing, characters: number): void {
  ring.add([{ at, text: 'x'.repeat(characters) }], false);
}

const linesOf = (ring: LogRing): number => ring.read(undefined).lines.length;

void test('the log that was written to least recently is emptied first, and never the one that is written to', () => {
  const room = new LogRoom(3_000);
  const [one, two, three] = [new LogRing(room), new LogRing(room), new LogRing(room)];
  write(one, 1_000);
  write(two, 1_000);
  write(one, 100);
  write(three, 1_000);
  assert.deepEqual([one, two, three].map(linesOf), [2, 0, 1]);
  assert.equal(two.read(0).left, 1, 'who follows is told');
  write(three, 5_000);
  assert.deepEqual([one, two, three].map(linesOf), [0, 0, 2]);
});

void test('what was emptied takes no room, and lines without a character take some', () => {
  const room = new LogRoom(3_000);
  const [one, two] = [new LogRing(room), new LogRing(room)];
  write(one, 2_000);
  one.empty();
  write(two, 1_500);
  write(one, 1_000);
  assert.deepEqual([one, two].map(linesOf), [1, 1]);
  two.add(
    Array.from({ length: 30 }, () => ({ at, text: '' })),
    false,
  );
  assert.deepEqual([one, two].map(linesOf), [0, 31]);
});
