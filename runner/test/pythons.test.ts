// A Python that the operator exchanged: what was built with the one before is built anew, since compiled parts may not fit.
import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import test from 'node:test';
import { askedKey } from '../src/build/plan.ts';
import { type Python, Pythons } from '../src/build/pythons.ts';
import { type BuildSandbox } from '../src/build/sandbox.ts';

const BASE = { path: '/base', digest: 'd', suite: 'bookworm', pythons: ['3.11'] };
const WISH = { sdk: 'gradio', sdkVersion: null, preRequirements: null, requirements: 'six' } as const;
const SCOPE = { namespace: 'alice', factory: 0, root: BASE.digest, indexes: ['https://pypi.org/simple'] };

/** A sandbox in which the Python says this. */
function openSaying(said: string): BuildSandbox {
  const nothing = {
    read: () => undefined,
    write: (_bytes: unknown, _encoding: unknown, done: () => void) => {
      done();
    },
  };
  return {
    channel: new Duplex(nothing),
    output: { stdout: Readable.from([said]), stderr: Readable.from([]) },
    exited: Promise.resolve({ code: 0, signal: null }),
    strain: () => [],
    kill: () => Promise.resolve(),
  };
}

/** The Python of 3.11 that builds take where the one in the operator's folder says this; a runner asks once in its life. */
async function findPython(said: string): Promise<Python> {
  await using work = await mkdtempDisposable(join(tmpdir(), 'holdfast-pythons-'));
  const openSandbox = (): Promise<BuildSandbox> => Promise.resolve(openSaying(said));
  const pythons = new Pythons({ folders: ['/opt/own'], openSandbox, tell: () => undefined });
  const found = (await pythons.list({ base: BASE, work: work.path, user: null })).find(
    ({ version }) => version === '3.11',
  );
  assert.ok(found);
  return found;
}

void test('askedKey() names another environment once the Python of the same version is another', async () => {
  const says = (build: string): string => `python 3.11 CPython 3.11.${build} [GCC 12.2.0]\n`;
  const [before, same, patched, rebuilt, absent] = await Promise.all([
    findPython(says('4 (main, Mar 13 2025)')),
    findPython(says('4 (main, Mar 13 2025)')),
    findPython(says('9 (main, Jul 1 2026)')),
    findPython(says('4 (main, Jul 1 2026)')),
    findPython('no version'),
  ]);
  const keyOf = (python: Python): string => askedKey({ ...WISH, python }, SCOPE);
  assert.equal(keyOf(same), keyOf(before));
  const keys = [before, patched, rebuilt, absent].map(keyOf);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(absent.program, '/usr/bin/python3.11', 'the base’s own');
  assert.equal(patched.program, before.program, 'nothing else tells them apart');
});
