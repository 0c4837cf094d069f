// Who has how much of a room.
import assert from 'node:assert/strict';
import test from 'node:test';
import { SharedRoom } from './shared-room.ts';

/** Has as many come of one as may, up to so many. */
function fill(room: SharedRoom, one: string, most = 2_000): Disposable[] {
  const there: Disposable[] = [];
  while (there.length < most && room.hasRoom(one)) there.push(room.enter(one));
  return there;
}

void test('one takes their share of the room, and leaves the rest to others', () => {
  const room = new SharedRoom({ all: 1_000, ofOne: 100 });
  const first = fill(room, 'a');
  assert.equal(first.length, 100);
  assert.ok(room.hasRoom('b'));
  first[0]?.[Symbol.dispose]();
  assert.ok(room.hasRoom('a'));
});

void test('all together have the room, and it is free again when they are gone', () => {
  const room = new SharedRoom({ all: 1_000, ofOne: 100 });
  const all = Array.from({ length: 30 }, (_, space) => fill(room, String(space))).flat();
  assert.equal(all.length, 1_000);
  assert.ok(!room.hasRoom('another'));
  for (const one of all) one[Symbol.dispose]();
  assert.equal(fill(room, 'another').length, 100);
});
