// Runs a Python suite in one of the pinned environments and makes a node:test case of each of its cases.
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { reportCases } from './cases.ts';
import { ROOT, runProgram } from './program.ts';
import { openScratch } from './scratch.ts';

const SUITES = path.join(ROOT, 'hub/test/conformance/python');

/** Which suite is run where. */
export interface PythonSuite {
  /** The environment below `.tools/venvs`. */
  readonly venv: string;
  /** The script below `hub/test/conformance/python`, without `.py`. */
  readonly suite: string;
  /** Where the hub is, who asks, and what the suite wants besides. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds for the whole suite. */
  readonly timeout?: number;
}

/** A program of a Python environment. Throws when the environment was not set up by `./holdfast test`. */
export function venvProgram(venv: string, program: string): string {
  const file = path.join(ROOT, '.tools/venvs', venv, 'bin', program);
  if (!existsSync(file)) throw new Error(`${file} is missing: run this through ./holdfast test`);
  return file;
}

/** Tells a client to send and fetch files whole. */
export const PLAIN_TRANSFERS = { HF_HUB_DISABLE_XET: '1' } as const;

/** What every client is run with: a home of its own, and nothing that reaches beyond the hub. */
export function clientEnvironment(
  home: string,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    HOME: home,
    HF_HOME: path.join(home, 'hf'),
    HF_HUB_DISABLE_TELEMETRY: '1',
    HF_HUB_DISABLE_UPDATE_CHECK: '1',
    HF_HUB_DISABLE_PROGRESS_BARS: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    TMPDIR: home,
    ...env,
  };
}

/** Runs a suite; each of its cases becomes a subtest. A suite that ends before its last case fails the test. */
export async function runPythonSuite(t: TestContext, wish: PythonSuite): Promise<void> {
  await using home = await openScratch('client');
  const outcome = await runProgram(
    venvProgram(wish.venv, 'python'),
    [path.join(SUITES, `${wish.suite}.py`)],
    {
      env: clientEnvironment(home.path, wish.env),
      cwd: home.path,
      timeout: wish.timeout ?? 300_000,
    },
  );
  await reportCases(t, wish.suite, outcome);
}
