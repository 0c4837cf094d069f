// Builds are ended before they take what is kept of the disk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasSpace, NO_SPACE, watchBounds } from './watch-bounds.ts';

const BOUNDS = { bytes: 1_000, entries: 10 };

/** Looks while the disk has what is told, one after the other, and gives what it was stopped for. */
async function watchWhile(spares: readonly (number | Error)[]): Promise<string[]> {
  const [why, end]: [string[], AbortController] = [[], new AbortController()];
  const left = [...spares];
  const spare = async (): Promise<number> => {
    const next = left.shift() ?? Infinity;
    if (left.length === 0) end.abort();
    if (next instanceof Error) throw next;
    return await Promise.resolve(next);
  };
  const stop = (one: string): void => {
    why.push(one);
    end.abort();
  };
  await watchBounds([], BOUNDS, { stop, strain: () => undefined, space: { spare }, signal: end.signal });
  return why;
}

void test('watchBounds() goes on while there is more space than is kept', async () => {
  assert.deepEqual(await watchWhile([1, Infinity, 1, 1]), []);
});

void test('watchBounds() ends a build when there is not, within a part of a second', async () => {
  const before = performance.now();
  assert.deepEqual(await watchWhile([5, 0, 5, 5]), [`The build was ended. ${NO_SPACE}`]);
  assert.ok(performance.now() - before < 1_000);
  assert.deepEqual(await watchWhile([-1, 5, 5]), [`The build was ended. ${NO_SPACE}`]);
});

void test('hasSpace() takes a disk that cannot be asked for a full one', async () => {
  const broken = { spare: () => Promise.reject(new Error('no answer')) };
  assert.equal(await hasSpace(broken), false);
  assert.deepEqual(await watchWhile([new Error('no answer'), 5, 5]), [`The build was ended. ${NO_SPACE}`]);
});
