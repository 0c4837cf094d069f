// Builds in a real sandbox: what comes of them, what is taken again, and how they end when they end badly.
import assert from 'node:assert/strict';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Built } from '../../src/build/index.ts';
import { openBuildBench } from './bench.ts';
import { makeSource } from './packages.ts';

const PACKAGES = 'lib/python3.11/site-packages';

function built(outcome: Built): Extract<Built, { kind: 'built' }> {
  assert.equal(outcome.kind, 'built', JSON.stringify(outcome));
  return outcome;
}

function failed(outcome: Built): Extract<Built, { kind: 'failed' }> {
  assert.equal(outcome.kind, 'failed');
  return outcome;
}

void test('build() makes a read-only environment, and takes it again for the same wish alone', async () => {
  await using bench = await openBuildBench();
  const first = built(await bench.build({ 'requirements.txt': 'six==1.16.0\n' }));
  assert.match(await readFile(join(first.env, PACKAGES, 'six.py'), 'utf8'), /1\.16\.0/);
  assert.match(await readFile(join(first.env, PACKAGES, 'gradio/__init__.py'), 'utf8'), /FROM/);
  const { mode } = await lstat(join(first.env, PACKAGES, 'six.py'));
  assert.equal(mode & 0o222, 0);
  assert.equal((await lstat(join(first.env, PACKAGES))).mode & 0o222, 0);
  const asked = bench.index.asked.length;
  assert.equal(built(await bench.build({ 'requirements.txt': '# a remark\nsix==1.16.0' })).env, first.env);
  assert.equal(bench.index.asked.length, asked, 'nothing is asked for what is there');
  const others = [{ namespace: '2'.repeat(24) }, { factory: 1 }];
  for (const wish of others) {
    const other = built(await bench.build({ 'requirements.txt': 'six==1.16.0\n' }, wish));
    assert.notEqual(other.key, first.key);
  }
  assert.deepEqual(await bench.left(), { building: 0, environments: 2 });
});

void test('build() says what is wrong in words, and leaves nothing', async () => {
  await using bench = await openBuildBench();
  const source = makeSource('broken', 'raise SystemExit("this setup says no")');
  bench.index.offer({ project: 'broken', ...source });
  const cases: readonly (readonly [
    Readonly<Record<string, string>>,
    Parameters<typeof bench.build>[1],
    string,
    RegExp,
  ])[] = [
    [{}, { pythonVersion: '3.9' }, 'CONFIG_ERROR', /3\.9 is not there.* 3\.11/],
    [
      { 'requirements.txt': 'git+https://example.org/x.git' },
      {},
      'BUILD_ERROR',
      /line 1.*repositories of code/,
    ],
    [{ 'packages.txt': '-o X=y' }, {}, 'BUILD_ERROR', /not the name of a Debian package/],
    [{}, { sdkVersion: '77.0' }, 'BUILD_ERROR', /do not resolve[^]*gradio.*==77\.0/],
    [{ 'requirements.txt': 'broken' }, {}, 'BUILD_ERROR', /this setup says no/],
  ];
  for (const [files, wish, stage, message] of cases) {
    const outcome = failed(await bench.build(files, wish));
    assert.equal(outcome.stage, stage);
    assert.match(outcome.message, message);
  }
  assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
});

// It refuses to be built where the package is not in the environment yet.
const NEEDS_SIX = `
import glob
from setuptools import setup
found = glob.glob("/opt/env/lib/python3*/site-packages/six.py")
if not found or '"1.15.0"' not in open(found[0]).read():
    raise SystemExit("six 1.15.0 is not here yet")
setup(name="late", version="1.0", py_modules=[])
`;

void test('build() installs pre-requirements.txt first: packages of requirements.txt find it when they are built', async () => {
  await using bench = await openBuildBench();
  bench.index.offer({ project: 'late', ...makeSource('late', NEEDS_SIX) });
  const files = { 'pre-requirements.txt': 'six==1.15.0\n', 'requirements.txt': 'late==1.0\n' };
  const { env, key } = built(await bench.build(files));
  assert.match(await readFile(join(env, PACKAGES, 'six.py'), 'utf8'), /1\.15\.0/);
  assert.match(await readFile(join(env, PACKAGES, 'late-1.0.dist-info/METADATA'), 'utf8'), /Name: late/);
  const without = failed(await bench.build({ 'requirements.txt': 'late==1.0\n' }));
  assert.match(without.message, /six 1\.15\.0 is not here yet/);
  const other = built(await bench.build({ ...files, 'pre-requirements.txt': 'six==1.15.0\nidna==3.10\n' }));
  assert.notEqual(other.key, key, 'another environment');
});

void test('build() says that it is pre-requirements.txt that does not resolve, and names what is not there', async () => {
  await using bench = await openBuildBench();
  const outcome = failed(
    await bench.build({ 'pre-requirements.txt': 'six==77.0\n', 'requirements.txt': 'six' }),
  );
  assert.equal(outcome.stage, 'BUILD_ERROR');
  assert.match(outcome.message, /pre-requirements\.txt does not resolve\.[^]*six==77\.0/);
  const wrong = failed(await bench.build({ 'pre-requirements.txt': '-r other.txt\n' }));
  assert.match(wrong.message, /^pre-requirements\.txt, line 1 \(-r other\.txt\)/);
  assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
});

void test('build() ends at once and leaves nothing, when it is given up', async () => {
  await using bench = await openBuildBench();
  bench.index.offer({
    project: 'slow',
    ...makeSource('slow', 'import time; print("WAITS", flush=True); time.sleep(600)'),
  });
  const giving = new AbortController();
  const building = bench.build({ 'requirements.txt': 'slow' }, {}, giving.signal);
  const timer = setInterval(() => {
    if (bench.log.some((line) => line.includes('Resolving'))) giving.abort(new Error('enough'));
  }, 200);
  await assert.rejects(building, /enough/);
  clearInterval(timer);
  assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
});

void test('build() ends what takes too long, writes too much or makes too many files, and says so', async () => {
  const cases: readonly (readonly [string, Parameters<typeof openBuildBench>[0], RegExp])[] = [
    ['import time; time.sleep(600)', { milliseconds: 15_000 }, /longer than 15 seconds/],
    [
      'open("/build/big", "wb").truncate(0); [open("/build/big", "ab").write(b"x" * 10**7) for i in range(10**4)]',
      { bytes: 3e8 },
      /wrote more than 286\.1 MiB/,
    ],
    [
      '[open(f"/build/tmp/{i}", "w").close() for i in range(10**7)]',
      { entries: 20_000 },
      /more than 20000 files/,
    ],
  ];
  for (const [setup, limits, message] of cases) {
    await using bench = await openBuildBench(limits);
    bench.index.offer({ project: 'greedy', ...makeSource('greedy', setup) });
    assert.match(failed(await bench.build({ 'requirements.txt': 'greedy' })).message, message);
    assert.deepEqual(await bench.left(), { building: 0, environments: 0 });
  }
});
