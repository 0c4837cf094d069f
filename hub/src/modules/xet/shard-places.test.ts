// How much one user may have of shards on their way, and who waits.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { ShardPlaces, type ShardPlace } from './shard-places.ts';

const idOf = (letter: string) => letter.repeat(24) as Id;
const [EVE, BOB] = [idOf('e'), idOf('b')];
const { signal } = new AbortController();

/** Places of this user, and another one that is waited for. */
async function fill(places: ShardPlaces, user: Id, announced: number | undefined) {
  const taken: ShardPlace[] = [];
  for (;;) {
    const waiting = places.take(user, announced, signal);
    const place = await Promise.race([waiting, turn().then(() => undefined)]);
    if (place === undefined) return { taken, waiting };
    taken.push(place);
  }
}

async function hasEnded(promise: Promise<unknown>): Promise<boolean> {
  return await Promise.race([promise.then(() => true), turn().then(() => false)]);
}

void test('one user has 32 small shards on their way, or two of the largest, and others have theirs', async () => {
  for (const [announced, most] of [
    [1, 32],
    [64 * MiB, 2],
    [undefined, 2],
  ] as const) {
    const places = new ShardPlaces();
    const { taken, waiting } = await fill(places, EVE, announced);
    assert.equal(taken.length, most);
    (await places.take(BOB, announced, signal))[Symbol.dispose]();
    assert.equal(await hasEnded(waiting), false);
    taken.pop()?.[Symbol.dispose]();
    taken.push(await waiting);
    assert.equal(await hasEnded(places.take(EVE, announced, signal)), false);
  }
});

void test('a shard whose body is gone takes the memory of what it describes, and its turn', async () => {
  const places = new ShardPlaces();
  const { taken, waiting } = await fill(places, EVE, 64 * MiB);
  for (const place of taken) place.shrink(MiB);
  (await waiting).shrink(MiB);
  const small = await fill(places, EVE, 1);
  assert.equal(taken.length + 1 + small.taken.length, 32);
});

void test('what all describe together has a bound', async () => {
  const places = new ShardPlaces();
  const [first] = (await fill(places, EVE, 64 * MiB)).taken;
  await fill(places, BOB, 64 * MiB);
  const late = places.take(idOf('c'), 64 * MiB, signal);
  const small = places.take(idOf('d'), MiB, signal);
  assert.deepEqual([await hasEnded(late), await hasEnded(small)], [false, false]);
  first?.shrink(10 * MiB);
  // Who wants little does not wait behind those who want much.
  assert.deepEqual([await hasEnded(late), await hasEnded(small)], [false, true]);
});

void test('who waits leaves when they are gone, and not all may wait', async () => {
  const places = new ShardPlaces();
  const { taken, waiting } = await fill(places, EVE, 1);
  const gone = new AbortController();
  const left = places.take(EVE, 1, gone.signal);
  gone.abort(new Error('hung up'));
  await assert.rejects(left, /hung up/);
  const others = Array.from({ length: 63 }, () => places.take(EVE, 1, signal));
  await assert.rejects(places.take(EVE, 1, signal), (error) => isFault(error, 'xet.shards-too-many'));
  for (const place of taken) place[Symbol.dispose]();
  await waiting;
  assert.equal(await hasEnded(Promise.all(others.slice(0, 31))), true);
});
