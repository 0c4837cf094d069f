// A package whose setup writes to a file that has no name any more: nothing that looks for files finds it, and the disk is the one of the
// database. The build ends before it takes what is kept of the disk, and what it took is free again.
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { FreeSpace, measureSpace } from '@holdfast/platform/objects/free-space';
import { NO_SPACE } from '../../src/build/watch-bounds.ts';
import { openBuildBench } from './bench.ts';
import { makeSource } from './packages.ts';

/** What the build may take. */
const ROOM = 256 * MiB;
/** More than that, and no more than a test should where it is not ended. */
const WRITTEN = 1_024;

const HIDES = `
import os, time
file = os.open("hidden", os.O_WRONLY | os.O_CREAT)
os.unlink("hidden")
for _ in range(${String(WRITTEN)}):
    os.write(file, os.urandom(1 << 20))
time.sleep(3600)
`;

void test(
  'a build that hides what it writes is ended before it takes what is kept of the disk',
  { timeout: 600_000 },
  async (t) => {
    const measure = async () => await measureSpace(tmpdir());
    const { free, total } = await measure();
    const reserve = { bytes: free - ROOM, share: 1 };
    assert.ok(reserve.bytes > 0, `there are ${String(free)} of ${String(total)} bytes for this test`);
    const real = new FreeSpace({ measure, reserve });
    const none = { spare: () => Promise.resolve(0) };
    const much = { spare: () => Promise.resolve(Infinity) };
    let now: Pick<FreeSpace, 'spare'> = real;
    let least = Infinity;
    const spare = async (): Promise<number> => {
      const left = await now.spare();
      least = Math.min(least, left);
      return left;
    };
    await using bench = await openBuildBench({ milliseconds: 90_000 }, { space: { spare } });
    bench.index.offer({ project: 'hides', ...makeSource('hides', HIDES) });

    await t.test('ended', async () => {
      const outcome = await bench.build({ 'requirements.txt': 'hides' });
      assert.ok(outcome.kind === 'failed', 'it was built');
      assert.equal(outcome.message, `The build was ended. ${NO_SPACE}`);
      assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
      t.diagnostic(`it had ${String(Math.round(-least / MiB))} MiB more than it may when it was ended`);
    });

    await t.test('while there is no space nothing is built, and what was built before is there', async () => {
      now = much;
      const first = await bench.build({});
      assert.equal(first.kind, 'built', JSON.stringify(first));
      now = none;
      const again = await bench.build({});
      assert.equal(again.kind === 'built' && again.env, first.kind === 'built' && first.env);
      const other = await bench.build({ 'requirements.txt': 'gradio' });
      assert.deepEqual(other, { kind: 'failed', stage: 'BUILD_ERROR', message: NO_SPACE });
      assert.deepEqual(await bench.left(), { building: 0, environments: 1 });
    });
  },
);
