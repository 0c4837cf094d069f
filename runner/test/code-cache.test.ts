// Compiled code of doors and of the program inside: made once for the code that there is, whole, and nobody else's to write.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { openLog } from '@holdfast/platform/log';
import { listFiles } from '@holdfast/platform/private-files';
import { CodeCache } from '../src/code-cache.ts';

const CHECKOUT = resolve(import.meta.dirname, '../..');
const STRANGER = process.getuid?.() === 0 ? 31_999 : null;
const PROGRAMS = ['door', 'inside'] as const;

function open(folder: string): CodeCache {
  const own = { folder: join(folder, 'cache'), code: CHECKOUT, node: process.execPath, libraries: null };
  return new CodeCache({ ...own, user: STRANGER, log: openLog('runner') });
}

void test('fill() keeps what both programs are made of, for everybody to read and nobody to write', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-code-cache-'));
  t.after(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  const cache = open(folder);
  for (const name of PROGRAMS) assert.equal(cache.find(name), null);
  await cache.fill();
  for (const name of PROGRAMS) {
    const found = cache.find(name);
    assert.ok(found);
    const files = await listFiles(found);
    assert.ok(files.length > 20, `${name}: ${files.length} files`);
    for (const { path } of files) {
      const { mode, uid } = await stat(path);
      assert.equal(mode & 0o777, 0o644);
      assert.equal(uid, process.getuid?.());
    }
  }
});

void test('fill() makes it again for other code, and not for the same', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-code-cache-'));
  t.after(() => rm(folder, { recursive: true }));
  await chmod(folder, 0o755);
  await open(folder).fill();
  const mark = join(folder, 'cache', 'door', 'mark');
  await writeFile(mark, '');
  await open(folder).fill();
  assert.ok(await stat(mark));
  await writeFile(join(folder, 'cache', 'made-for'), 'other code');
  const cache = open(folder);
  await cache.fill();
  await assert.rejects(stat(mark), { code: 'ENOENT' });
  assert.ok(cache.find('inside'));
});
