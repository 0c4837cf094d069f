// Two GiB there and back: byte-identical, with the server's memory flat while it flows. As the client does it by itself,
// and, where there is time, with as many xorbs at once as it can send, and whole.
import assert from 'node:assert/strict';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { GiB, MiB } from '@holdfast/kernel/size';
import { openCast } from '../harness/cast.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { digestOf, writeLarge } from '../harness/large-file.ts';
import { peakWhile } from '../harness/memory.ts';
import { residentBytes } from '../harness/processes.ts';
import { mustRun } from '../harness/program.ts';
import { clientEnvironment, PLAIN_TRANSFERS, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const MOST_GROWTH = 150 * MiB;
/** What may be stored again of a file in which a few bytes changed: chunks around them, and what names all others. */
const MOST_MOVED = 4 * MiB;
const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';

const WAYS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'by itself': {},
  ...(LONG && {
    'with 64 xorbs at once': {
      HF_XET_FIXED_UPLOAD_CONCURRENCY: '64',
      HF_XET_FIXED_DOWNLOAD_CONCURRENCY: '64',
    },
    whole: PLAIN_TRANSFERS,
  }),
};

for (const [way, settings] of Object.entries(WAYS))
  void test(`a file of 2 GiB goes there and back ${way}`, async (t) => await goThereAndBack(t, settings));

void test(
  'of a file of 2 GiB that changed in the middle a client that remembers nothing sends little',
  { skip: !LONG && 'it takes long' },
  async () => {
    await using instance = await startInstance();
    await using home = await openScratch('changed');
    const cast = await openCast(instance);
    const run = async (cache: string, ...args: readonly string[]): Promise<void> => {
      const env = clientEnvironment(home.path, { ...cast, HF_HOME: path.join(home.path, cache) });
      await mustRun(venvProgram('hub-newest', 'hf'), args, { env, cwd: home.path, timeout: 600_000 });
    };
    const source = path.join(home.path, 'source/large.bin');
    await mkdir(path.dirname(source));
    await writeLarge(source);
    await run('first', 'upload', 'admin/large', 'source');
    await change(source);
    const before = await storedBytes(instance);
    await run('second', 'upload', 'admin/large', 'source');
    const grown = (await storedBytes(instance)) - before;
    assert.ok(grown > 0 && grown < MOST_MOVED, `${grown} bytes more are stored`);
    await run('third', 'download', 'admin/large', '--local-dir', 'again');
    assert.equal(await digestOf(path.join(home.path, 'again/large.bin')), await digestOf(source));
  },
);

async function goThereAndBack(t: TestContext, settings: Readonly<Record<string, string>>): Promise<void> {
  await using instance = await startInstance();
  await using home = await openScratch('large');
  const env = clientEnvironment(home.path, { ...(await openCast(instance)), ...settings });
  const hf = venvProgram('hub-newest', 'hf');
  const source = path.join(home.path, 'source/large.bin');
  await mkdir(path.dirname(source));
  await writeLarge(source);
  const pid = await instance.hubPid();
  const idle = await residentBytes(pid);
  const run = async (...args: readonly string[]): Promise<void> => {
    await mustRun(hf, args, { env, cwd: home.path, timeout: 600_000 });
  };
  const upload = await peakWhile(pid, async () => await run('upload', 'admin/large', 'source'));
  const download = await peakWhile(
    pid,
    async () => await run('download', 'admin/large', '--local-dir', 'copy'),
  );

  await t.test('the bytes are the same', async () => {
    assert.equal(await digestOf(path.join(home.path, 'copy/large.bin')), await digestOf(source));
  });
  await t.test('resident memory stays within 150 MiB of idle', () => {
    const said = `${idle / MiB} MiB idle, ${upload / MiB} uploading, ${download / MiB} downloading`;
    assert.ok(Math.max(upload, download) - idle < MOST_GROWTH, said);
  });
}

/** Replaces a few bytes in the middle. */
async function change(file: string): Promise<void> {
  await using handle = await open(file, 'r+');
  await handle.write(Buffer.from('something new'), 0, undefined, GiB / 2 + 1_234_567);
}

async function storedBytes({ data }: Instance): Promise<number> {
  return Number.parseInt(await mustRun('du', ['-sb', path.join(data, 'objects')]), 10);
}
