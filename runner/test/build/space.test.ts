// A package whose setup writes to a file that has no name any more: nothing that looks for files finds it, and the disk is the one of the
// database. The build ends before it takes what is kept of the disk, and what it took is free again.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { GiB, MiB } from '@holdfast/kernel/size';
import { FreeSpace, measureSpace } from '@holdfast/platform/objects/free-space';
import { NO_SPACE } from '../../src/build/watch-bounds.ts';
import { openBuildBench } from './bench.ts';
import { makeSource } from './packages.ts';

const run = promisify(execFile);
const skip = process.getuid?.() === 0 ? false : 'only root can mount a small disk';
const KEPT = 512 * MiB;

/** As much as the disk has. */
const HIDES = `
import os, time
file = os.open("hidden", os.O_WRONLY | os.O_CREAT)
os.unlink("hidden")
for _ in range(1024):
    os.write(file, os.urandom(1 << 20))
time.sleep(3600)
`;

async function openSmallDisk(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${String(GiB)},mode=0755`, 'holdfast-test', path]);
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      await run('umount', ['--lazy', path]);
      await rmdir(path);
    },
  };
}

void test(
  'a build that hides what it writes is ended before it takes what is kept of the disk',
  { skip, timeout: 600_000 },
  async (t) => {
    await using disk = await openSmallDisk();
    const real = new FreeSpace({
      measure: () => measureSpace(disk.path),
      reserve: { bytes: KEPT, share: 1 },
    });
    let spare = async (): Promise<number> => await real.spare();
    const space = { spare: async () => await spare() };
    await using bench = await openBuildBench({ milliseconds: 120_000 }, { space, above: disk.path });
    bench.index.offer({ project: 'hides', ...makeSource('hides', HIDES) });

    await t.test('ended, with nothing left of it', async () => {
      const least: number[] = [];
      const looking = setInterval(
        () => void measureSpace(disk.path).then(({ free }) => least.push(free)),
        20,
      );
      const outcome = await bench.build({ 'requirements.txt': 'hides' });
      clearInterval(looking);
      assert.ok(outcome.kind === 'failed', 'it was built');
      assert.equal(outcome.message, `The build was ended. ${NO_SPACE}`);
      const left = Math.min(...least);
      t.diagnostic(`${String(Math.round(left / MiB))} MiB were free at the least`);
      assert.ok(left > KEPT / 4, String(left));
      assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
      // The disk has it back once the last that had the file open is gone, which is soon.
      for (let tries = 0; (await space.spare()) <= KEPT / 2; tries += 1) {
        assert.ok(tries < 100, 'what it took is free again');
        await delay(100);
      }
    });

    await t.test('while there is no space nothing is built, and what was built before is there', async () => {
      const first = await bench.build({});
      assert.ok(first.kind === 'built', JSON.stringify(first));
      spare = async () => await Promise.resolve(0);
      const again = await bench.build({});
      assert.equal(again.kind === 'built' && again.env, first.env);
      const other = await bench.build({ 'requirements.txt': 'gradio' });
      assert.deepEqual(other, { kind: 'failed', stage: 'BUILD_ERROR', message: NO_SPACE });
      assert.deepEqual(await bench.left(), { building: 0, environments: 1 });
    });
  },
);
