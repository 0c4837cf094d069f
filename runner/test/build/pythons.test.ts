// Pythons of the operator's in builds: found by asking them in a sandbox, made environments with, and named to whoever asks for
// one that is not there.
import assert from 'node:assert/strict';
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Built } from '../../src/build/index.ts';
import { type OpenBuildSandbox } from '../../src/build/sandbox.ts';
import { openBuildBench } from './bench.ts';
import { installPython, openPythonFolder, OWN_VERSION as VERSION } from './own-python.ts';
import { openPlainSandbox } from './plain-sandbox.ts';

function built(outcome: Built): Extract<Built, { kind: 'built' }> {
  assert.equal(outcome.kind, 'built', JSON.stringify(outcome));
  return outcome;
}

/** A program in the place of a Python, that says this, and leaves a file beside it wherever it finds its folder. */
async function feignPython(folder: string, said: string): Promise<void> {
  await mkdir(join(folder, 'bin'), { recursive: true });
  const text = `#!/bin/sh\ntrue 2>/dev/null > '${folder}/ran-outside'\necho '${said}'\n`;
  await writeFile(join(folder, 'bin/python3'), text, { mode: 0o755 });
}

void test("build() makes the environment with the operator's Python, and another one than with the base's", async () => {
  await using folder = await openPythonFolder();
  await installPython(folder.path);
  await using bench = await openBuildBench({}, { pythons: [folder.path] });
  const files = { 'requirements.txt': 'six==1.16.0\n' };
  const made = built(await bench.build(files, { pythonVersion: `${VERSION}.4` }));
  const place = `/opt/python/${VERSION}`;
  assert.deepEqual(made.python, { from: folder.path, to: place, access: 'read' });
  assert.equal(await readlink(join(made.env, 'bin/python')), `${place}/bin/python3`);
  assert.match(
    await readFile(join(made.env, `lib/python${VERSION}/site-packages/six.py`), 'utf8'),
    /1\.16\.0/,
  );
  const again = built(await bench.build(files));
  assert.deepEqual(
    [again.key, again.python],
    [made.key, made.python],
    'also where nobody asked for a version',
  );
  await using plain = await openBuildBench();
  const usual = built(await plain.build(files));
  assert.equal(usual.python, null);
  assert.notEqual(usual.key, made.key);
});

void test('build() lists the Pythons that say their version, asked in a sandbox and nowhere else', async () => {
  await using folder = await openPythonFolder();
  const folders = ['newer', 'liar', 'empty'].map((name) => join(folder.path, name));
  const [newer = '', liar = '', empty = ''] = folders;
  await feignPython(newer, 'python 3.77 CPython 3.77.1 (main)');
  await feignPython(liar, 'python 3.11/../../../etc CPython 3.11');
  await mkdir(empty);
  await using bench = await openBuildBench({}, { pythons: folders });
  const outcome = await bench.build({}, { pythonVersion: '3.9' });
  assert.ok(outcome.kind === 'failed' && outcome.stage === 'CONFIG_ERROR');
  assert.equal(
    outcome.message,
    'python_version 3.9 is not there. This machine has 3.77, 3.11: change python_version in README.md, or leave it out.',
  );
  // They are asked at once, and answer in any order.
  const silent = bench.log.filter((line) => line.includes('does not say its version'));
  assert.deepEqual(silent.map((line) => line.slice(0, 2)).toSorted(), ['1:', '2:']);
  for (const place of folders) await assert.rejects(readFile(join(place, 'ran-outside')), { code: 'ENOENT' });
  assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
});

void test('build() goes on without a folder that is shown to no sandbox, and asks it again the next time', async () => {
  await using folder = await openPythonFolder();
  await feignPython(folder.path, 'python 3.77 CPython 3.77.1 (main)');
  let isRefused = true;
  const openSandbox: OpenBuildSandbox = async (spec) => {
    if (isRefused && spec.mounts.some(({ from }) => from === folder.path))
      throw new Error('it would show the socket');
    return await openPlainSandbox(spec);
  };
  await using bench = await openBuildBench({}, { pythons: [folder.path], openSandbox });
  built(await bench.build({ 'requirements.txt': 'six==1.16.0\n' }));
  assert.ok(
    bench.log.some((line) => line.startsWith('0: it would show the socket')),
    bench.log.join('\n'),
  );
  isRefused = false;
  const outcome = await bench.build({}, { pythonVersion: '3.9' });
  assert.match(outcome.kind === 'failed' ? outcome.message : '', /This machine has 3\.77, 3\.11/);
});
