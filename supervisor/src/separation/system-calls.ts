// Which system calls a sandboxed child may not make: those that reach into other processes, into the kernel itself, or
// into new namespaces, where a process without rights has all of them and holes in the kernel have lain. Children need
// none of them. The filter is classic BPF as seccomp(2) takes it, made here because it is the same at every start.

/** What is refused, by name, with its number on x64 and on arm64; `undefined` where there is no such call. */
const REFUSED: Readonly<Record<string, readonly [x64: number | undefined, arm64: number | undefined]>> = {
  // Other processes.
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  // The kernel.
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  syslog: [103, 116],
  acct: [163, 89],
  swapon: [167, 224],
  swapoff: [168, 225],
  reboot: [169, 142],
  iopl: [172, undefined],
  ioperm: [173, undefined],
  modify_ldt: [154, undefined],
  // What is mounted, and files by other ways than their paths.
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  open_by_handle_at: [304, 265],
  // Namespaces; `clone` and `clone3` can make them, too.
  unshare: [272, 97],
  setns: [308, 268],
};

/** What whoever makes sandboxes needs of them. */
const FOR_SANDBOXES: ReadonlySet<string> = new Set(['mount', 'umount2', 'pivot_root', 'unshare', 'setns']);

/** An architecture as filters see it: its number in audit(8), and the calls that are looked at more closely. */
interface Architecture {
  readonly audit: number;
  readonly clone: number;
  readonly column: 0 | 1;
}

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: { audit: 0xc000_003e, clone: 56, column: 0 },
  arm64: { audit: 0xc000_00b7, clone: 220, column: 1 },
};
const CLONE3 = 435;
/** On x64, calls of the x32 interface have this bit: the same calls under other numbers. */
const X32 = 0x4000_0000;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const NEW_NAMESPACES = 0x7e02_0000;

/** Where things are in `struct seccomp_data`. */
const NUMBER = 0;
const AUDIT = 4;
const FIRST_ARGUMENT = 16;

const EPERM = 1;
const ENOSYS = 38;
const ALLOW = 0x7fff_0000;
const FAIL_WITH = 0x0005_0000;

interface Instruction {
  readonly code: number;
  readonly k: number;
  /** How many instructions are skipped when the comparison holds, and when not. */
  readonly yes?: number;
  readonly no?: number;
}

const load = (k: number): Instruction => ({ code: 0x20, k });
const answer = (k: number): Instruction => ({ code: 0x06, k });
const unlessEqual = (k: number, no: number): Instruction => ({ code: 0x15, k, no });
const unlessAtLeast = (k: number, no: number): Instruction => ({ code: 0x35, k, no });
const unlessAnyOf = (k: number, no: number): Instruction => ({ code: 0x45, k, no });

/**
 * The filter for processes of this architecture, as Node names it; `undefined` where there is none. One that makes sandboxes
 * itself may make namespaces.
 */
export function systemCallFilter(
  architecture: string,
  { makesSandboxes } = { makesSandboxes: false },
): Buffer | undefined {
  const own = ARCHITECTURES[architecture];
  if (own === undefined) return undefined;
  const refuse = answer(FAIL_WITH + EPERM);
  const refused = Object.entries(REFUSED)
    .filter(([name]) => !makesSandboxes || !FOR_SANDBOXES.has(name))
    .map(([, numbers]) => numbers[own.column])
    .filter((number) => number !== undefined);
  return assemble([
    load(AUDIT),
    // Calls as another architecture makes them have other numbers.
    { code: 0x15, k: own.audit, yes: 1 },
    refuse,
    load(NUMBER),
    ...(architecture === 'x64' ? [unlessAtLeast(X32, 1), refuse] : []),
    ...refused.flatMap((number) => [unlessEqual(number, 1), refuse]),
    // Its flags lie in memory, which a filter cannot read. Told that there is no such call, libraries use `clone`.
    unlessEqual(CLONE3, 1),
    answer(FAIL_WITH + ENOSYS),
    ...(makesSandboxes
      ? []
      : [unlessEqual(own.clone, 3), load(FIRST_ARGUMENT), unlessAnyOf(NEW_NAMESPACES, 1), refuse]),
    answer(ALLOW),
  ]);
}

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, k, yes = 0, no = 0 }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  }
  return bytes;
}
