// Files of a push that are read on the host, outside every sandbox: what is no file of the push is not read.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { runProcess, succeeded } from '@holdfast/platform/process';
import { readSourceFile } from './source-file.ts';

const NAMES = ['requirements.txt', 'packages.txt', 'pre-requirements.txt'];

void test('readSourceFile() reads what is there, and knows what is not', async (t) => {
  const folder = await openFolder(t);
  await writeFile(join(folder, 'requirements.txt'), 'six\n');
  assert.deepEqual(await readSourceFile(folder, 'requirements.txt'), { kind: 'text', text: 'six\n' });
  assert.deepEqual(await readSourceFile(folder, 'packages.txt'), { kind: 'text', text: null });
});

void test('readSourceFile() follows no link of a push to a file of the host', async (t) => {
  const folder = await openFolder(t);
  const secret = join(await openFolder(t), 'secret.txt');
  await writeFile(secret, 'of-the-host');
  for (const target of [secret, relative(folder, secret), '/proc/self/environ', 'other.txt'])
    for (const name of NAMES) {
      await writeFile(join(folder, 'other.txt'), 'six');
      await symlink(target, join(folder, name));
      const found = await readSourceFile(folder, name);
      assert.deepEqual(found, { kind: 'wrong', why: `${name} is a link; it has to be a file` });
      await rm(join(folder, name));
    }
});

void test('readSourceFile() waits for no pipe, and reads neither folders nor what is too large', async (t) => {
  const folder = await openFolder(t);
  const pipe = join(folder, 'requirements.txt');
  assert.ok(succeeded(await runProcess({ file: '/usr/bin/mkfifo', args: [pipe] }, { timeout: 60_000 })));
  await mkdir(join(folder, 'packages.txt'));
  for (const name of ['requirements.txt', 'packages.txt'])
    assert.deepEqual(await readSourceFile(folder, name), { kind: 'wrong', why: `${name} is not a file` });
  await writeFile(join(folder, 'pre-requirements.txt'), 'x'.repeat(256 * 1_024 + 1));
  const large = await readSourceFile(folder, 'pre-requirements.txt');
  assert.deepEqual(large, { kind: 'wrong', why: 'pre-requirements.txt is larger than 256 KiB' });
});

async function openFolder(t: { after: (act: () => Promise<void>) => void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-source-'));
  t.after(async () => {
    await rm(folder, { recursive: true });
  });
  return folder;
}
