// Which changes give another digest of the program.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestProgram, WORKSPACES } from './program-digest.ts';

void test('the digest is the same for the same program elsewhere, and another after any change', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-program-'));
  t.after(() => rm(root, { recursive: true }));
  const [first, second] = [join(root, 'first'), join(root, 'second')];
  for (const name of [...WORKSPACES]) await mkdir(join(first, name, 'src', 'deep'), { recursive: true });
  await writeFile(join(first, 'package-lock.json'), '{}');
  await writeFile(join(first, 'hub', 'src', 'deep', 'a.ts'), 'one');
  await cp(first, second, { recursive: true });
  const digest = await digestProgram(first);
  assert.match(digest, /^[0-9a-f]{64}$/);
  assert.equal(await digestProgram(second), digest);
  await writeFile(join(second, 'hub', 'src', 'deep', 'a.ts'), 'two');
  const changed = await digestProgram(second);
  assert.notEqual(changed, digest);
  await writeFile(join(second, 'package-lock.json'), '{"a":1}');
  assert.notEqual(await digestProgram(second), changed);
});
