// The suites that the Python client of each era must pass, against one instance. Order matters: the first wants an
// empty hub.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { assertNoBugs } from '../harness/bugs.ts';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { peakWhile } from '../harness/memory.ts';
import { residentBytes } from '../harness/processes.ts';
import { PLAIN_TRANSFERS, runPythonSuite } from '../harness/python.ts';

/** Every call. */
const CALLS = [
  ...['repositories', 'filters', 'account', 'files', 'history', 'spaces', 'filesystem', 'sizes'],
] as const;
/** What moves files: enough where the same calls are made by a client that is tested with all of them. */
const TRANSFERS = ['files', 'filesystem'] as const;
const MOST_GROWTH = 150 * MiB;

/** How a client is tested: with all calls or those that move files, as it comes or told to send files whole. */
export interface ClientWish {
  readonly calls: 'all' | 'transfers';
  readonly by: 'chunks' | 'whole files';
}

/** Declares the tests for the client in a Python environment. */
export function testPythonClient(venv: string, { calls, by }: ClientWish): void {
  const chosen = calls === 'all' ? CALLS : TRANSFERS;
  const suites = by === 'chunks' ? [...chosen, 'xet_transfers'] : chosen;
  void test(`${venv} by ${by}: the Python client works, and the server's memory stays flat`, async (t) => {
    await using instance = await startInstance();
    const own = by === 'chunks' ? {} : PLAIN_TRANSFERS;
    const env = {
      ...(await openCast(instance)),
      ...own,
      HUB_OBJECTS: path.join(instance.data, 'objects'),
    };
    const pid = await instance.hubPid();
    const idle = await residentBytes(pid);
    const peaks: Record<string, number> = {};
    for (const suite of suites) {
      peaks[suite] = await peakWhile(pid, async () => {
        await t.test(suite, async (inner) => await runPythonSuite(inner, { venv, suite, env }));
      });
    }
    await t.test('resident memory stays within 150 MiB of idle', () => {
      const said = Object.entries(peaks).map(([suite, peak]) => `${Math.round(peak / MiB)} in ${suite}`);
      const most = Math.max(...Object.values(peaks));
      assert.ok(most - idle < MOST_GROWTH, `MiB: ${Math.round(idle / MiB)} idle, ${said.join(', ')}`);
    });
    await t.test('the hub met no bug', async () => await assertNoBugs(instance));
  });
}
