// Who waits for which Space.
import assert from 'node:assert/strict';
import test from 'node:test';
import { WaitingRoom } from './waiting-room.ts';

/** Has as many wait for a Space as may, up to so many. */
function fill(room: WaitingRoom, space: string, most = 2_000): Disposable[] {
  const waiting: Disposable[] = [];
  while (waiting.length < most && room.hasRoom(space)) waiting.push(room.enter(space));
  return waiting;
}

void test('one Space takes its share of the room, and leaves the rest to others', () => {
  const room = new WaitingRoom();
  const first = fill(room, 'a');
  assert.equal(first.length, 100);
  assert.ok(room.hasRoom('b'));
  first[0]?.[Symbol.dispose]();
  assert.ok(room.hasRoom('a'));
});

void test('all together have the room, and it is free again when they are gone', () => {
  const room = new WaitingRoom();
  const all = Array.from({ length: 30 }, (_, space) => fill(room, String(space))).flat();
  assert.equal(all.length, 1_000);
  assert.ok(!room.hasRoom('another'));
  for (const one of all) one[Symbol.dispose]();
  assert.equal(fill(room, 'another').length, 100);
});
