// What an instance leaves among the kernel's control groups when it has ended: nothing. They outlive their processes, and nobody else
// would remove them.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance } from '../harness/instance.ts';
import { openScratch } from '../harness/scratch.ts';
import { isRoot } from '../harness/test-user.ts';

async function listGroups(instance: string): Promise<string[]> {
  let all: string[] | undefined;
  // Groups of other instances come and go, also while they are listed.
  while (all === undefined)
    all = await readdir('/sys/fs/cgroup', { recursive: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return undefined;
    });
  return all.filter((name) => path.basename(name).startsWith(`holdfast-${instance}`));
}

void test(
  'an instance that ends leaves no control group',
  { skip: !isRoot && 'who is not root may have none', timeout: 180_000 },
  async () => {
    await using scratch = await openScratch('groups');
    const instance = await startInstance({ folder: scratch.path });
    try {
      const id = (await readFile(path.join(instance.data, 'instance'), 'utf8')).trim();
      assert.notDeepEqual(await listGroups(id), [], 'it has some while it runs');
      await instance[Symbol.asyncDispose]();
      assert.deepEqual(await listGroups(id), []);
    } finally {
      await instance[Symbol.asyncDispose]();
    }
  },
);
