// What gVisor is told of a sandbox: a bundle as the Open Container Initiative describes it, and the arguments of the bubblewrap
// around it. Pure.
import { MiB } from '@holdfast/kernel/size';
import { etcFiles, type GeneratedFile, procFiles } from './generated-files.ts';
import { MADE } from './launch.ts';
import {
  DOOR_FOLDER,
  ENVIRONMENT,
  HOME,
  type SandboxLimits,
  SECRETS_FOLDER,
  type SandboxSpec,
  USER,
} from './spec.ts';

/** Where things are for gVisor itself. The program sees none of these paths. */
const SHOWN = '/s';
const FILES = '/f';
const BUNDLE = '/bundle';
const RUNSC = '/runsc';
/** The first of the descriptors from which bubblewrap reads files. */
interface Descriptors {
  readonly infoFd: number;
  readonly firstFileFd: number;
}

interface OciMount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** The files that are generated, in the order of their descriptors; the bundle's own is the last. */
export function gvisorFiles(spec: SandboxSpec): GeneratedFile[] {
  const own = ownFiles(spec).map(({ text }, n) => ({ path: `${FILES}/${n}`, text }));
  return [...own, { path: `${BUNDLE}/config.json`, text: JSON.stringify(bundleOf(spec)) }];
}

// gVisor has a `/proc` of its own. It tells how much memory the machine has; the rest is about the sandbox alone.
function ownFiles(spec: SandboxSpec): GeneratedFile[] {
  const told = procFiles(spec.limits).filter(({ path }) => path === '/proc/meminfo');
  return [...etcFiles(spec), ...told];
}

function bundleOf(spec: SandboxSpec): object {
  const user = userOf(spec);
  return {
    ociVersion: '1.0.0',
    hostname: spec.hostname,
    root: { path: `${BUNDLE}/root`, readonly: true },
    process: {
      user: { uid: user, gid: user },
      // The channel comes on descriptor 0: gVisor takes the first three and no other.
      args: [
        '/bin/sh',
        '-c',
        `exec 3<&0 </dev/null && echo ${MADE} >&3 && exec "$@"`,
        'sandbox',
        ...spec.command,
      ],
      env: Object.entries(ENVIRONMENT).map(([name, value]) => `${name}=${value}`),
      cwd: HOME,
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] },
      rlimits: rlimitsOf(spec.limits),
    },
    mounts: mountsOf(spec, user),
    linux: { namespaces: ['pid', 'network', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
  };
}

/**
 * The user inside. Files outside can only ever be those of one user, whom gVisor knows as its root; so who writes to them has
 * that number, without a right of a root.
 */
function userOf({ mounts }: SandboxSpec): number {
  return mounts.some(({ access }) => access === 'write') ? 0 : USER;
}

function rlimitsOf({ openFiles, fileBytes, processes }: SandboxLimits): object[] {
  const both = { RLIMIT_NOFILE: openFiles, RLIMIT_FSIZE: fileBytes, RLIMIT_NPROC: processes, RLIMIT_CORE: 0 };
  return Object.entries(both).map(([type, limit]) => ({ type, soft: limit, hard: limit }));
}

function mountsOf(spec: SandboxSpec, user: number): OciMount[] {
  const root = foldersOf(spec).map(({ to }, n) => shown(n, to, 'ro'));
  const mounts = spec.mounts.map(({ to, access }, n) =>
    shown(root.length + n, to, access === 'write' ? 'rw' : 'ro'),
  );
  const files = ownFiles(spec).map(({ path }, n) => bind(`${FILES}/${n}`, path, 'ro'));
  const mine = [`uid=${user}`, `gid=${user}`];
  return [
    { destination: '/proc', type: 'proc', source: 'proc', options: [] },
    // In place of what gVisor would show.
    memory('/sys', ['size=4096', 'mode=0555', 'ro']),
    ...root,
    { destination: '/dev', type: 'devtmpfs', source: 'devtmpfs', options: ['ro'] },
    memory('/tmp', [`size=${spec.limits.tmpBytes}`, 'mode=1777']),
    memory('/dev/shm', [`size=${spec.limits.sharedMemoryBytes}`, 'mode=1777']),
    bind(`${SHOWN}/door`, DOOR_FOLDER, 'ro'),
    memory(SECRETS_FOLDER, [`size=${8 * MiB}`, 'mode=0700', ...mine]),
    memory(HOME, [`size=${spec.limits.homeBytes}`, 'mode=0755', ...mine]),
    ...mounts,
    ...files,
  ];
}

/** The folders that the root is made of. */
function foldersOf({ root }: SandboxSpec): { readonly from: string; readonly to: string }[] {
  return root.filter((part) => 'from' in part);
}

/** Where the files that are hidden are for gVisor. */
function listHidden(spec: SandboxSpec): string[] {
  const folders = foldersOf(spec);
  return spec.root.flatMap((part) => {
    const n = 'hidden' in part ? folders.findIndex(({ to }) => part.to.startsWith(`${to}/`)) : -1;
    return n === -1 ? [] : [`${SHOWN}/${n}${part.to.slice(folders[n]?.to.length)}`];
  });
}

function shown(n: number, to: string, access: 'ro' | 'rw'): OciMount {
  return bind(`${SHOWN}/${n}`, to, access);
}

function bind(source: string, destination: string, access: 'ro' | 'rw'): OciMount {
  return { destination, type: 'bind', source, options: ['rbind', access] };
}

function memory(destination: string, options: readonly string[]): OciMount {
  return { destination, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', ...options] };
}

/** The arguments of the bubblewrap around gVisor. */
export function gvisorArguments(spec: SandboxSpec, runsc: string, fds: Descriptors): string[] {
  const sources = [
    ...foldersOf(spec).map(({ from }) => ['--ro-bind', from]),
    ...spec.mounts.map(({ from, access }) => [access === 'write' ? '--bind' : '--ro-bind', from]),
  ];
  return [
    // It makes namespaces of its own in these, for which it has to be their root.
    ...[
      '--unshare-user',
      '--unshare-pid',
      '--unshare-ipc',
      '--unshare-uts',
      '--unshare-cgroup',
      '--unshare-net',
    ],
    ...['--uid', '0', '--gid', '0', '--cap-add', 'ALL', '--hostname', 'sandbox'],
    ...['--die-with-parent', '--new-session', '--clearenv', '--info-fd', String(fds.infoFd)],
    ...['--ro-bind', runsc, RUNSC, '--proc', '/proc', '--dev', '/dev'],
    ...['--size', String(16 * MiB), '--tmpfs', '/tmp'],
    // gVisor makes the folders in it on which it shows the rest.
    ...['--size', String(MiB), '--tmpfs', BUNDLE, '--dir', `${BUNDLE}/root`, '--dir', FILES],
    ...spec.root.flatMap((part) =>
      'link' in part ? ['--symlink', part.link, `${BUNDLE}/root${part.to}`] : [],
    ),
    ...sources.flatMap(([how = '', from = ''], n) => [how, from, `${SHOWN}/${n}`]),
    // Covered here: gVisor covers no file that the Space's user may not open. A device where devices cannot be opened: it cannot be read.
    ...listHidden(spec).flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...['--ro-bind', spec.door, `${SHOWN}/door`],
    // Files, not mounts of some that are deleted: gVisor could not mount those again.
    ...gvisorFiles(spec).flatMap((file, n) => ['--file', String(fds.firstFileFd + n), file.path]),
    ...['--remount-ro', '/'],
  ];
}

/** The program that bubblewrap starts. */
export const GVISOR_COMMAND: readonly string[] = [
  RUNSC,
  // Root of the namespace that bubblewrap made, and of nothing else.
  '--rootless',
  // Of any version: newer ones choose otherwise when nothing is named, and KVM is not handed in (decision 39).
  '--platform=ptrace',
  '--network=none',
  // Limits are those of the group that all of it is in.
  '--ignore-cgroups',
  '--root=/tmp/state',
  '--log=/dev/null',
  // So that the door can be connected to. A socket cannot be made.
  '--host-uds=open',
  // What is shown does not change beneath it.
  '--file-access-mounts=exclusive',
  'run',
  `--bundle=${BUNDLE}`,
  'sandbox',
];
