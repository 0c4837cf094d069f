// Every system call that once let somebody out, or that nobody needs, by its number.
import { ALLOWED } from '../../src/sandbox/allowed-calls.ts';
import { type Probe, type ProbeGroup, probe } from './probe.ts';

/** Names and numbers, on x64 and on arm64. */
export const REFUSED_CALLS: Readonly<Record<string, readonly [x64: number, arm64: number]>> = {
  acct: [163, 89],
  add_key: [248, 217],
  adjtimex: [159, 171],
  bpf: [321, 280],
  chroot: [161, 51],
  clock_adjtime: [305, 266],
  clock_settime: [227, 112],
  clone3: [435, 435],
  delete_module: [176, 106],
  fanotify_init: [300, 262],
  finit_module: [313, 273],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  init_module: [175, 105],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  kcmp: [312, 272],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  keyctl: [250, 219],
  listmount: [458, 458],
  lookup_dcookie: [212, 18],
  mbind: [237, 235],
  memfd_secret: [447, 447],
  migrate_pages: [256, 238],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  move_pages: [279, 239],
  name_to_handle_at: [303, 264],
  nfsservctl: [180, 42],
  open_by_handle_at: [304, 265],
  open_tree: [428, 428],
  perf_event_open: [298, 241],
  pidfd_getfd: [438, 438],
  pivot_root: [155, 41],
  process_madvise: [440, 440],
  process_mrelease: [448, 448],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  remap_file_pages: [216, 234],
  request_key: [249, 218],
  set_mempolicy: [238, 237],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  setns: [308, 268],
  settimeofday: [164, 170],
  statmount: [457, 457],
  swapoff: [168, 225],
  swapon: [167, 224],
  syslog: [103, 116],
  umount2: [166, 39],
  unshare: [272, 97],
  userfaultfd: [323, 282],
  vhangup: [153, 58],
};

/** A call that is numbered beyond all that we know. */
const UNKNOWN = 600;

/** The numbers that probes call by name: those of the machine's architecture. */
export function callNumbers(architecture: string): Record<string, number> {
  const column = architecture === 'arm64' ? 1 : 0;
  const known = Object.entries(ALLOWED).flatMap(([name, both]) =>
    both[column] === undefined ? [] : [[name, both[column]] as const],
  );
  return Object.fromEntries([
    ...known,
    ...Object.entries(REFUSED_CALLS).map(([name, both]) => [name, both[column]] as const),
  ]);
}

function refused(name: string): Probe {
  return probe(
    `call ${name}`,
    'not on the list of what programs need',
    name === 'clone3' ? 'ENOSYS' : 'EPERM',
    `syscall("${name}", 0, 0, 0, 0, 0, 0)`,
  );
}

/** System calls. */
export const CALLS: ProbeGroup = {
  title: 'System calls by number',
  probes: [
    ...Object.keys(REFUSED_CALLS).map(refused),
    probe(
      'call one that this program’s list has never heard of',
      'what new kernels bring',
      'ENOSYS',
      `number(${String(UNKNOWN)})`,
    ),
  ],
};
