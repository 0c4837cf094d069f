// The suites that the Python client of each era must pass, against one instance. Order matters: the first wants an
// empty hub.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { assertNoBugs } from '../harness/bugs.ts';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { peakWhile } from '../harness/memory.ts';
import { residentBytes } from '../harness/processes.ts';
import { runPythonSuite } from '../harness/python.ts';

const SUITES = ['repositories', 'filters', 'account', 'files', 'history', 'filesystem', 'sizes'] as const;
const MOST_GROWTH = 150 * MiB;

/** Declares the tests for the client in a Python environment. */
export function testPythonClient(venv: string): void {
  void test(`${venv}: the calls of the Python client work, and the server's memory stays flat`, async (t) => {
    await using instance = await startInstance();
    const env = await openCast(instance);
    const pid = await instance.hubPid();
    const idle = await residentBytes(pid);
    const peak = await peakWhile(pid, async () => {
      for (const suite of SUITES) {
        await t.test(suite, async (inner) => await runPythonSuite(inner, { venv, suite, env }));
      }
    });
    await t.test('resident memory stays within 150 MiB of idle', () => {
      assert.ok(peak - idle < MOST_GROWTH, `${idle / MiB} MiB idle, ${peak / MiB} MiB at most`);
    });
    await t.test('the hub met no bug', async () => await assertNoBugs(instance));
  });
}
