// The filter, run as the kernel runs it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { systemCallFilter } from './system-calls.ts';

interface SystemCall {
  readonly audit: number;
  readonly number: number;
  readonly flags?: number;
}

/** What the filter answers: 0 for going on, else the error number. */
function run(filter: Buffer, call: SystemCall): number {
  const words: Readonly<Record<number, number>> = { 0: call.number, 4: call.audit, 16: call.flags ?? 0 };
  let loaded = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const [code, k] = [filter.readUInt16LE(at * 8), filter.readUInt32LE(at * 8 + 4)];
    const jump = (holds: boolean): number => filter.readUInt8(at * 8 + (holds ? 2 : 3));
    if (code === 0x20) loaded = words[k] ?? NaN;
    else if (code === 0x15) at += jump(loaded === k);
    else if (code === 0x35) at += jump(loaded >= k);
    else if (code === 0x45) at += jump((loaded & k) !== 0);
    else if (code === 0x06) return k === 0x7fff_0000 ? 0 : k - 0x0005_0000;
    else throw new Error(`no instruction ${String(code)}`);
  }
  throw new Error('the filter gives no answer');
}

const MACHINES = {
  x64: { audit: 0xc000_003e, clone: 56, read: 0, ptrace: 101, unshare: 272, keyctl: 250, last: 308 },
  arm64: { audit: 0xc000_00b7, clone: 220, read: 63, ptrace: 117, unshare: 97, keyctl: 219, last: 268 },
} as const;
const [EPERM, ENOSYS] = [1, 38];

for (const [architecture, machine] of Object.entries(MACHINES))
  void test(`systemCallFilter() refuses what children do not need and nothing else, on ${architecture}`, () => {
    const filter = systemCallFilter(architecture);
    assert.ok(filter !== undefined);
    const ask = (number: number, flags = 0): number => run(filter, { audit: machine.audit, number, flags });
    for (const number of [machine.ptrace, machine.unshare, machine.keyctl, machine.last, 425, 442])
      assert.equal(ask(number), EPERM, String(number));
    for (const number of [machine.read, 424, 434, 439, 449]) assert.equal(ask(number), 0, String(number));
    assert.equal(ask(machine.clone, 0x3d0f00), 0, 'a thread');
    assert.equal(ask(machine.clone, 17), 0, 'a process');
    for (const flag of [0x2_0000, 0x1000_0000, 0x4000_0000])
      assert.equal(ask(machine.clone, flag | 17), EPERM, 'a namespace');
    assert.equal(ask(435), ENOSYS);
    assert.equal(run(filter, { audit: 0x4000_0003, number: machine.read }), EPERM, 'as i386 would');
  });

void test('systemCallFilter() lets who makes sandboxes make namespaces, and nothing else more', () => {
  const filter = systemCallFilter('x64', { makesSandboxes: true });
  assert.ok(filter !== undefined);
  const { audit, clone, ptrace, keyctl, unshare } = MACHINES.x64;
  const ask = (number: number, flags = 0): number => run(filter, { audit, number, flags });
  for (const number of [unshare, ptrace, 308, 165, 166, 155, 161])
    assert.equal(ask(number), 0, String(number));
  assert.equal(ask(clone, 0x1000_0000), 0);
  for (const number of [310, keyctl, 425, 321, 442]) assert.equal(ask(number), EPERM, String(number));
});

void test('systemCallFilter() knows the other names of the calls on x64', () => {
  const filter = systemCallFilter('x64');
  assert.ok(filter !== undefined);
  assert.equal(run(filter, { audit: MACHINES.x64.audit, number: 0x4000_0000 + 521 }), EPERM);
});

void test('systemCallFilter() is for machines whose numbers it has', () => {
  assert.equal(systemCallFilter('riscv64'), undefined);
});
