// The order of system calls that makes a stored object survive a power cut, seen with strace (Debian: strace).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { sha256 } from '@holdfast/kernel/digest';
import { patterned } from './contract.ts';

const SCRIPT = join(import.meta.dirname, 'put-one-object.ts');
const CALLS = 'trace=pwrite64,pwritev,write,ftruncate,fsync,fdatasync,rename,renameat,renameat2';

/** A system call: its text, and where in the log it began and ended. */
interface Call {
  readonly text: string;
  readonly began: number;
  ended: number;
}

/** The calls of one run in the order in which they began. One that another thread interrupts fills two lines. */
function parseTrace(log: string): readonly Call[] {
  const calls: Call[] = [];
  const unfinished = new Map<string, Call>();
  for (const [index, line] of log.split('\n').entries()) {
    const [, thread = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const resumed = text.startsWith('<...') ? unfinished.get(thread) : undefined;
    if (resumed !== undefined) {
      resumed.ended = index;
      continue;
    }
    const call = { text, began: index, ended: text.includes('<unfinished ...>') ? Infinity : index };
    calls.push(call);
    if (call.ended === Infinity) unfinished.set(thread, call);
  }
  return calls;
}

async function trace(
  way: 'put' | 'parts' | 'pack',
): Promise<{ readonly calls: readonly Call[]; readonly root: string }> {
  const parent = await mkdtemp(join(tmpdir(), 'holdfast-strace-'));
  try {
    const log = join(parent, 'strace.log');
    const root = join(parent, 'objects');
    const strace = ['-f', '-y', '-qq', '-e', CALLS, '-o', log, process.execPath, SCRIPT, root, way];
    await promisify(execFile)('strace', strace, { env: { PATH: '/usr/bin:/bin' } });
    return { calls: parseTrace(await readFile(log, 'utf8')), root };
  } finally {
    await rm(parent, { recursive: true });
  }
}

for (const way of ['put', 'parts', 'pack'] as const) {
  void test(`${way} syncs the file, then renames it, then syncs its directory, and only then is done`, async () => {
    const { calls, root } = await trace(way);
    const digest = sha256(patterned(3 * 1024 * 1024 + 5));
    const above = join(root, way === 'pack' ? 'packs' : 'sha256');
    const directory = join(above, digest.slice(0, 2), digest.slice(2, 4));
    const last = (pattern: RegExp, text: string): Call => {
      const call = calls.findLast(
        (candidate) => pattern.test(candidate.text) && candidate.text.includes(text),
      );
      assert.ok(
        call,
        `no ${pattern.source} of ${text} in\n${calls.map(({ text: line }) => line).join('\n')}`,
      );
      return call;
    };
    const renamed = last(/^rename/, `${directory}/${digest}"`);
    const from = /"([^"]+)"/.exec(renamed.text)?.[1] ?? '';
    const order = [
      last(/^(pwrite|ftruncate)/, `<${from}>`),
      last(/^f(data)?sync\(/, `<${from}>`),
      renamed,
      last(/^fsync\(/, `<${directory}>`),
      last(/^write\(1</, 'stored'),
    ];
    for (const [index, call] of order.slice(1).entries()) {
      const before = order[index];
      assert.ok(before && before.ended < call.began, `${before?.text} ended before ${call.text} began`);
    }
    for (const parent of [join(directory, '..'), above]) {
      assert.ok(
        last(/^fsync\(/, `<${parent}>`).ended < renamed.began,
        `${parent} was synced before the rename`,
      );
    }
  });
}
