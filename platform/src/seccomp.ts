// Filters of system calls as seccomp(2) takes them: classic BPF, made here because it is the same at every start. Which
// calls a filter is about is said by who uses it.

/** One instruction. */
export interface Instruction {
  readonly code: number;
  readonly k: number;
  /** How many instructions are skipped when the comparison holds, and when not. */
  readonly yes?: number;
  readonly no?: number;
}

/** An architecture as filters see it: its number in audit(8), the number of `clone`, and its column in a table of calls. */
export interface Architecture {
  readonly audit: number;
  readonly clone: number;
  readonly column: 0 | 1;
}

/** A call's numbers; `undefined` where there is no such call. */
export type Numbers = readonly [x64: number | undefined, arm64: number | undefined];

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: { audit: 0xc000_003e, clone: 56, column: 0 },
  arm64: { audit: 0xc000_00b7, clone: 220, column: 1 },
};

/** The architecture as Node names it; `undefined` where its numbers are not known here. */
export function findArchitecture(name: string): Architecture | undefined {
  return ARCHITECTURES[name];
}

/** The number of `clone3` everywhere. Its flags lie in memory, which a filter cannot read. */
export const CLONE3 = 435;
/** On x64, calls of the x32 interface have this bit: the same calls under other numbers. */
export const X32 = 0x4000_0000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
export const NEW_NAMESPACES = 0x7e02_0000;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const FAIL_WITH = 0x0005_0000;

/** Where things are in `struct seccomp_data`. */
const NUMBER = 0;
const AUDIT = 4;
const FIRST_ARGUMENT = 16;

/** A refused call's error: it is not permitted. */
export const EPERM = 1;
/** A refused call's error: there is no such call. */
export const ENOSYS = 38;
/** A refused call's error: it is not possible here; who asks for room falls back on writing. */
export const EOPNOTSUPP = 95;
/** A refused call's error: there are no such sockets. */
export const EAFNOSUPPORT = 97;

const load = (k: number): Instruction => ({ code: 0x20, k });
const answer = (k: number): Instruction => ({ code: 0x06, k });

/** The call goes on. */
export const allow = answer(ALLOW);
/** The process is ended. */
export const kill = answer(KILL_PROCESS);
/** The call fails. */
export const failWith = (error: number): Instruction => answer(FAIL_WITH + error);
/** Comparisons are with the call's number from here on. */
export const loadNumber = load(NUMBER);
/** Comparisons are with the architecture that the call is made as. */
export const loadArchitecture = load(AUDIT);
/** Comparisons are with the lower half of the nth argument, from 0. */
export const loadArgument = (n: number): Instruction => load(FIRST_ARGUMENT + 8 * n);

/** Skips so many instructions when it is this value. */
export const whenEqual = (k: number, yes: number): Instruction => ({ code: 0x15, k, yes });
/** Skips so many instructions unless it is this value. */
export const unlessEqual = (k: number, no: number): Instruction => ({ code: 0x15, k, no });
/** Skips so many instructions unless it is at least this value. */
export const unlessAtLeast = (k: number, no: number): Instruction => ({ code: 0x35, k, no });
/** Skips so many instructions unless it has one of these bits. */
export const unlessAnyOf = (k: number, no: number): Instruction => ({ code: 0x45, k, no });

/** The bytes of a filter. */
export function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, k, yes = 0, no = 0 }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  }
  return bytes;
}
