// How much one user may have of shards on their way.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { ShardPlaces } from './shard-places.ts';

const [EVE, BOB] = ['e'.repeat(24) as Id, 'b'.repeat(24) as Id];
const tooMany = (error: unknown) => isFault(error, 'xet.shards-too-many');

void test('one user has 32 small shards on their way, or eight of the largest, and others have theirs', () => {
  for (const [announced, most] of [
    [1, 32],
    [64 * MiB, 8],
    [undefined, 8],
  ] as const) {
    const places = new ShardPlaces();
    const taken = Array.from({ length: most }, () => places.take(EVE, announced));
    assert.throws(() => places.take(EVE, announced), tooMany);
    places.take(BOB, announced)[Symbol.dispose]();
    taken.pop()?.[Symbol.dispose]();
    taken.push(places.take(EVE, announced));
    assert.throws(() => places.take(EVE, announced), tooMany);
    for (const place of taken) place[Symbol.dispose]();
    assert.equal(Array.from({ length: most }, () => places.take(EVE, announced)).length, most);
  }
});
