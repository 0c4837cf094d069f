// A small disk of its own, for what happens when one is full. Only root can mount it.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from './program.ts';
import { openScratch, type Scratch } from './scratch.ts';

/** Mounts a tmpfs of so many bytes, and so many files where that is said; it is gone with all it holds on disposal. */
export async function openSmallDisk(bytes: number, files?: number): Promise<Scratch> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await openScratch('disk'));
  const folder = path.join(scratch.path, 'disk');
  await mkdir(folder);
  const options = `size=${bytes},mode=0755${files === undefined ? '' : `,nr_inodes=${files}`}`;
  await mustRun('mount', ['-t', 'tmpfs', '-o', options, 'holdfast-test', folder]);
  stack.defer(async () => {
    await mustRun('umount', ['--lazy', folder]);
  });
  const kept = stack.move();
  return { path: folder, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
