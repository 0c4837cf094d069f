// Packages of Debian for one Space: installed by name and by nothing else, within the bounds of a build.
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBuildBench } from './bench.ts';

const PATIENCE = { timeout: 600_000 };

void test('a layer has what packages.txt names, and its processes are in its group', PATIENCE, async () => {
  const did: string[] = [];
  // Whoever joins writes to these files.
  const openGroup = (id: string) => ({
    joins: ['/dev/null'],
    strain: () => [],
    kill: () => Promise.resolve(void did.push(`kill ${id}`)),
    remove: () => Promise.resolve(void did.push(`remove ${id}`)),
  });
  await using bench = await openBuildBench({ entries: 200_000 }, { openGroup });
  const built = await bench.build({ 'packages.txt': 'cowsay' });
  assert.equal(built.kind, 'built', JSON.stringify(built));
  assert.ok(built.kind === 'built' && built.layer !== null);
  assert.ok((await stat(join(built.layer, 'usr/games/cowsay'))).isFile());
  assert.deepEqual(
    did.map((one) => one.split(' ')[0]),
    ['kill', 'remove'],
  );
});

void test('a name that no package has is no pattern', PATIENCE, async () => {
  await using bench = await openBuildBench({ entries: 200_000 });
  const failed = await bench.build({ 'packages.txt': 'cows.y' });
  assert.ok(failed.kind === 'failed', 'it installed what the pattern fits');
  assert.match(failed.message, /Unable to locate package cows\.y/);
});

void test(
  'a group that cannot be joined, too little time and too little room each end a layer',
  PATIENCE,
  async () => {
    const openGroup = () => ({
      joins: ['/nowhere/cgroup.procs'],
      strain: () => [],
      kill: () => Promise.resolve(),
      remove: () => Promise.resolve(),
    });
    await using outside = await openBuildBench({ entries: 200_000 }, { openGroup });
    assert.equal((await outside.build({ 'packages.txt': 'cowsay' })).kind, 'failed');
    for (const [limits, message] of [
      [{ entries: 200_000, milliseconds: 100 }, /took too long/],
      [{ entries: 1_000 }, /more than 1000 files/],
    ] as const) {
      await using bench = await openBuildBench(limits);
      const failed = await bench.build({ 'packages.txt': 'cowsay' });
      assert.ok(failed.kind === 'failed');
      assert.match(failed.message, message);
      assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
    }
  },
);
