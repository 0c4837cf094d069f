// Whose the folders of an instance are that was run as an ordinary user before, or copied from another machine.
import assert from 'node:assert/strict';
import { lchown, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openChildFolders, type ChildAccounts } from '../src/folders.ts';
import { layoutOf } from '../src/layout.ts';

const skip = process.getuid?.() === 0 ? false : 'only root gives files away';
const [BEFORE, RUNNER] = [54_321, 54_400];

function account(n: number): ChildAccounts['runner'] {
  return { name: `user${String(n)}`, uid: RUNNER + n, gid: RUNNER + n };
}

void test("openChildFolders() gives the runner what another user's runner made", { skip }, async () => {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-folders-'));
  try {
    const layout = layoutOf({ data, keys: join(data, 'keys'), objects: join(data, 'objects') });
    await mkdir(layout.keys);
    const made = join(layout.spaces.own, 'env', '1'.repeat(24), 'bin');
    await mkdir(made, { recursive: true });
    await writeFile(join(made, 'python'), '');
    await symlink('/etc/passwd', join(made, 'link'));
    const paths = [layout.spaces.own, join(layout.spaces.own, 'env'), made];
    const all = [...paths, join(made, 'python'), join(made, 'link')];
    for (const path of all) await lchown(path, BEFORE, BEFORE);
    const others = { hub: account(1), postgres: account(2), notary: account(3), vault: account(4) };
    const accounts = { ...others, courier: account(5), prepare: account(6), runner: account(0) };
    await openChildFolders(layout, accounts, true);
    const owners = await Promise.all(all.map(async (path) => (await lstat(path)).uid));
    assert.deepEqual(
      owners,
      all.map(() => RUNNER),
    );
    // What a link leads to stays whose it is.
    assert.equal((await lstat('/etc/passwd')).uid, 0);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
