// Folders with Pythons in the configuration: which are taken, and what is said of the others before anything starts.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkPythons } from '../src/config/pythons.ts';

void test('checkPythons() takes a folder with a Python, and none that would show more or has none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'));
  try {
    const at = (name: string): string => join(folder, name);
    for (const name of ['good/bin', 'bare', 'data/python/bin']) await mkdir(at(name), { recursive: true });
    for (const name of ['good', 'data/python']) await writeFile(at(`${name}/bin/python3`), '');
    await symlink('/usr', at('disguised'));
    const told = async (path: string): Promise<string> => {
      const problems: string[] = [];
      await checkPythons([path], [at('data'), at('data.keys')], problems);
      return problems.join('\n');
    };
    assert.equal(await told(at('good')), '');
    assert.equal(await told(at('data/python')), '', 'below the data nothing else is shown with it');
    const bare = at('bare');
    assert.equal(await told(bare), `spaces.pythons.0 is ${bare}, which has no program bin/python3`);
    assert.match(await told(at('gone')), /which cannot be found$/);
    for (const path of ['/', '/usr', at('disguised'), at('data'), folder])
      assert.match(await told(path), /holds more than a Python: apps would see all of it/, path);
  } finally {
    await rm(folder, { recursive: true });
  }
});
