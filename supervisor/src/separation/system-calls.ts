// Which system calls a sandboxed child may not make: those that reach into other processes, into the kernel itself, or
// into new namespaces, where a process without rights has all of them and holes in the kernel have lain. Children need
// none of them.
import {
  CLONE3,
  ENOSYS,
  EPERM,
  NEW_NAMESPACES,
  type Numbers,
  X32,
  allow,
  assemble,
  failWith,
  findArchitecture,
  loadArchitecture,
  loadArgument,
  loadNumber,
  unlessAnyOf,
  unlessAtLeast,
  unlessEqual,
  whenEqual,
} from '@holdfast/platform/seccomp';

/** What is refused, by name. */
const REFUSED: Readonly<Record<string, Numbers>> = {
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
const FOR_SANDBOXES: ReadonlySet<string> = new Set([
  // gVisor runs programs by it. What is made with it is within the maker's namespace, where it rules anyway.
  'ptrace',
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'unshare',
  'setns',
]);

/**
 * The filter for processes of this architecture, as Node names it; `undefined` where there is none. One that makes sandboxes
 * itself may make namespaces.
 */
export function systemCallFilter(
  architecture: string,
  { makesSandboxes } = { makesSandboxes: false },
): Buffer | undefined {
  const own = findArchitecture(architecture);
  if (own === undefined) return undefined;
  const refuse = failWith(EPERM);
  const refused = Object.entries(REFUSED)
    .filter(([name]) => !makesSandboxes || !FOR_SANDBOXES.has(name))
    .map(([, numbers]) => numbers[own.column])
    .filter((number) => number !== undefined);
  return assemble([
    loadArchitecture,
    // Calls as another architecture makes them have other numbers.
    whenEqual(own.audit, 1),
    refuse,
    loadNumber,
    ...(architecture === 'x64' ? [unlessAtLeast(X32, 1), refuse] : []),
    ...refused.flatMap((number) => [unlessEqual(number, 1), refuse]),
    // Told that there is no such call, libraries use `clone`.
    unlessEqual(CLONE3, 1),
    failWith(ENOSYS),
    ...(makesSandboxes
      ? []
      : [unlessEqual(own.clone, 3), loadArgument(0), unlessAnyOf(NEW_NAMESPACES, 1), refuse]),
    allow,
  ]);
}
