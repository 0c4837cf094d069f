// Sandboxes where control groups are of version 2, on a real kernel of that kind, whichever this machine has. Long: a kernel that is a
// program takes its time.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { CONTRACT } from './harness/contract.ts';
import { runUnderOtherKernel } from './harness/other-kernel.ts';

const MINUTES = 60_000;
const canRun =
  process.env['HOLDFAST_TEST_LONG'] === '1' && process.getuid?.() === 0 && existsSync('/usr/bin/linux.uml');
const skip = canRun ? false : 'a long proof, which takes root and Debian’s user-mode-linux';

void test(
  'sandboxes keep their contract, and groups their limits, on a kernel with version 2 of control groups',
  { skip, timeout: 25 * MINUTES },
  async (t) => {
    const said = await runUnderOtherKernel({
      root: join(import.meta.dirname, '../..'),
      files: ['runner/test/unified/groups.test.ts', 'runner/test/sandbox.test.ts'],
      // gVisor needs a way of tracing that this kernel lacks.
      pattern: 'bubblewrap|variables|version 2',
      timeout: 20 * MINUTES,
    });
    assert.match(said, /^controllers: .*cpu.*memory.*pids/m, said);
    const results = [...said.matchAll(/^ *(not ok|ok) \d+ - (.*)$/gm)];
    const passed = new Set(results.filter(([, how]) => how === 'ok').map(([, , name = '']) => name));
    for (const name of passed) t.diagnostic(name);
    for (const none of ['fail', 'cancelled', 'skipped'])
      assert.match(said, new RegExp(`^# ${none} 0$`, 'm'), said);
    for (const name of Object.keys(CONTRACT))
      assert.equal(
        results.filter(([, how, one]) => how === 'ok' && one?.replaceAll('\\', '') === name).length,
        2,
        `${name}: at both levels\n${said}`,
      );
    assert.equal([...passed].filter((name) => name.startsWith('version 2')).length, 4, said);
  },
);
