// The filter of sandboxes, run as the kernel runs it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ALLOWED } from './allowed-calls.ts';
import { sandboxFilter } from './system-calls.ts';

interface SystemCall {
  readonly audit: number;
  readonly number: number;
  readonly arguments?: readonly number[];
}

/** What the filter answers: `go`, `kill`, or the error number. */
function run(filter: Buffer, call: SystemCall): 'go' | 'kill' | number {
  const words = new Map([
    [0, call.number],
    [4, call.audit],
    ...(call.arguments ?? []).map((value, n) => [16 + 8 * n, value] as const),
  ]);
  let loaded = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const [code, k] = [filter.readUInt16LE(at * 8), filter.readUInt32LE(at * 8 + 4)];
    const jump = (holds: boolean): number => filter.readUInt8(at * 8 + (holds ? 2 : 3));
    if (code === 0x20) loaded = words.get(k) ?? 0;
    else if (code === 0x15) at += jump(loaded === k);
    else if (code === 0x35) at += jump(loaded >= k);
    else if (code === 0x45) at += jump((loaded & k) !== 0);
    else if (code !== 0x06) throw new Error(`no instruction ${String(code)}`);
    else if (k === 0x7fff_0000) return 'go';
    else return k === 0x8000_0000 ? 'kill' : k - 0x0005_0000;
  }
  throw new Error('the filter gives no answer');
}

const MACHINES = {
  x64: {
    audit: 0xc000_003e,
    column: 0,
    refused: [101, 165, 272, 250, 310, 321, 425, 304, 438, 442, 155, 161],
  },
  arm64: { audit: 0xc000_00b7, column: 1, refused: [117, 40, 97, 219, 270, 280, 425, 265, 438, 442, 41, 51] },
} as const;
const [EPERM, ENOSYS, EOPNOTSUPP, EAFNOSUPPORT] = [1, 38, 95, 97];
/** Looked at by their arguments. */
const CLOSELY = ['clone', 'socket', 'socketpair', 'personality', 'ioctl', 'fallocate'];

for (const [architecture, machine] of Object.entries(MACHINES)) {
  const filter = sandboxFilter(architecture);
  assert.ok(filter !== undefined);
  const ask = (number: number, ...args: number[]): 'go' | 'kill' | number =>
    run(filter, { audit: machine.audit, number, arguments: args });
  const numberOf = (name: string): number => ALLOWED[name]?.[machine.column] ?? assert.fail(name);

  void test(`sandboxFilter() allows what is listed and nothing else, on ${architecture}`, () => {
    const listed = new Set(Object.values(ALLOWED).map((both) => both[machine.column]));
    for (const [name, both] of Object.entries(ALLOWED)) {
      const number = both[machine.column];
      if (number !== undefined && !CLOSELY.includes(name)) assert.equal(ask(number), 'go', name);
    }
    for (const number of machine.refused) assert.equal(ask(number), EPERM, String(number));
    for (let number = 0; number < 460; number += 1)
      if (!listed.has(number)) assert.notEqual(ask(number), 'go', String(number));
    assert.equal(ask(435), ENOSYS, 'clone3');
    assert.equal(ask(999), ENOSYS, 'what is to come');
  });

  void test(`sandboxFilter() looks at arguments, on ${architecture}`, () => {
    assert.equal(ask(numberOf('clone'), 0x3d0f00), 'go', 'a thread');
    for (const flag of [0x2_0000, 0x1000_0000, 0x4000_0000])
      assert.equal(ask(numberOf('clone'), flag | 17), EPERM, 'a namespace');
    for (const family of [1, 2, 10]) assert.equal(ask(numberOf('socket'), family), 'go');
    for (const family of [0, 16, 17, 38, 40])
      assert.equal(ask(numberOf('socket'), family), EAFNOSUPPORT, String(family));
    assert.equal(ask(numberOf('ioctl'), 0, 0x5412), EPERM, 'TIOCSTI');
    assert.equal(ask(numberOf('ioctl'), 0, 0x5401), 'go');
    assert.equal(ask(numberOf('personality'), 0x40000), EPERM, 'fixed addresses');
    assert.equal(ask(numberOf('fallocate'), 3, 0), EOPNOTSUPP, 'room that nothing is written to');
  });
}

void test('sandboxFilter() ends what calls as another architecture does', () => {
  const [x64, arm64] = [sandboxFilter('x64'), sandboxFilter('arm64')];
  assert.ok(x64 !== undefined && arm64 !== undefined);
  assert.equal(run(x64, { audit: 0x4000_0003, number: 1 }), 'kill', 'i386');
  assert.equal(run(x64, { audit: 0xc000_003e, number: 0x4000_0001 }), 'kill', 'x32');
  assert.equal(run(arm64, { audit: 0x4000_0028, number: 1 }), 'kill', 'arm');
  assert.equal(sandboxFilter('riscv64'), undefined);
});
