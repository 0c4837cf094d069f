// Compiled code for the tests. Hundreds of processes load the same modules, and every instance compiles them for itself after its
// first start: more work than most of what is tested. Here it is done once. Nothing depends on it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtempDisposable, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment, ROOT, TOOLS_FOLDER } from '../environment.ts';
import { run } from '../run.ts';

const FOLDER = path.join(TOOLS_FOLDER, 'test-code');
/** What an instance begins with a copy of; of whoever runs the tests, since Node takes only what its own user compiled. */
const OF_INSTANCES = path.join(FOLDER, `instances-${String(process.getuid?.())}`);

/** Variables of the processes of tests that say where it is. */
export const COMPILED = { NODE_COMPILE_CACHE: path.join(FOLDER, 'tests'), HOLDFAST_TEST_CODE: OF_INSTANCES };

/** Written when a cache is whole, with what it was made of: an instance of other code makes its own. */
const STAMPS = ['code-cache.made-for', 'spaces/runner/code-cache/made-for'];
const LONGEST = 90_000;

/** Lets an instance compile everything and keeps that. Without sandboxes it keeps nothing, and neither do we. */
export async function provideCompiled(tell: (line: string) => void): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await rm(OF_INSTANCES, { recursive: true, force: true });
  await using scratch = await mkdtempDisposable(path.join(tmpdir(), 'holdfast-compiled-'));
  const data = path.join(scratch.path, 'data');
  const isWhole = await startUntil(data, () => STAMPS.every((stamp) => existsSync(path.join(data, stamp))));
  if (!isWhole) {
    tell('no compiled code was kept for instances: each makes its own');
    return;
  }
  await mkdir(OF_INSTANCES, { mode: 0o700 });
  const parts = ['code-cache', 'code-cache.made-for', 'spaces/runner/code-cache'];
  await run('cp', ['-a', '--parents', ...parts, OF_INSTANCES], { cwd: data });
}

async function startUntil(data: string, isDone: () => boolean): Promise<boolean> {
  const env = childEnvironment({ HOLDFAST_DATA: data, HOLDFAST_PORT: '0' });
  const instance = spawn(path.join(ROOT, 'holdfast'), ['start', '--json'], {
    cwd: '/',
    env,
    stdio: 'ignore',
  });
  const ended = once(instance, 'exit').catch(() => undefined);
  const giveUp = Date.now() + LONGEST;
  while (!isDone() && instance.exitCode === null && Date.now() < giveUp) await delay(100);
  instance.kill('SIGTERM');
  await ended;
  return isDone();
}
