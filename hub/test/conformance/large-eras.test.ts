// What is large, sent and fetched by the client of each era with the settings it comes with: a folder of a thousand files and one file
// of 2 GiB. The newest client's large file has tests of its own.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { assertNoBugs } from '../harness/bugs.ts';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { digestOf, writeLarge } from '../harness/large-file.ts';
import { mustRun } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const FILES = 1_000;
const FOLDERS = 10;

for (const venv of ['hub-newest', 'hub-1', 'hub-1.10', 'hub-0.36', 'hub-0.34-first-xet', 'hub-0.34'])
  void test(
    `${venv}: a folder of a thousand files and a file of 2 GiB go there and back`,
    { skip: !LONG && 'it takes long' },
    async () => await goThereAndBack(venv),
  );

async function goThereAndBack(venv: string): Promise<void> {
  await using instance = await startInstance();
  await using home = await openScratch('eras');
  const env = clientEnvironment(home.path, { ...(await openCast(instance)) });
  const hf = async (...args: readonly string[]): Promise<void> =>
    void (await mustRun(venvProgram(venv, 'hf'), args, { env, cwd: home.path, timeout: 900_000 }));
  const [many, large] = [path.join(home.path, 'many'), path.join(home.path, 'large')];
  await writeMany(many);
  await mkdir(large);
  await writeLarge(path.join(large, 'large.bin'));
  for (const folder of ['many', 'large']) {
    await hf('upload', `admin/${folder}`, folder);
    await hf('download', `admin/${folder}`, '--local-dir', `${folder}-copy`);
    assert.deepEqual(
      await digestsIn(`${home.path}/${folder}-copy`),
      await digestsIn(`${home.path}/${folder}`),
    );
  }
  await assertNoBugs(instance);
}

/** Half of them are texts, which go into the commit, and half are not. */
async function writeMany(folder: string): Promise<void> {
  for (let n = 0; n < FILES; n += 1) {
    const inner = path.join(folder, String(n % FOLDERS));
    await mkdir(inner, { recursive: true });
    const bytes = randomBytes(5_000);
    if (n % 2 === 0) await writeFile(path.join(inner, `${n}.txt`), bytes.toString('hex'));
    else await writeFile(path.join(inner, `${n}.bin`), bytes);
  }
}

/** The SHA-256 of each file by its path, without what the hub and the client add. */
async function digestsIn(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (!entry.isFile() || name === '.gitattributes' || name.startsWith('.cache')) continue;
    found[name] = await digestOf(file);
  }
  return found;
}
