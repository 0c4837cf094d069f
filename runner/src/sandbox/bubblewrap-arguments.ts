// The arguments with which bubblewrap makes a sandbox. Pure. They travel over a descriptor, never on the command line: the first
// process inside has bubblewrap's command line, and would show where everything lies on the host.
import { dirname } from 'node:path';
import { MiB } from '@holdfast/kernel/size';
import {
  EMPTY_PROC,
  EMPTY_PROC_FOLDERS,
  type GeneratedFile,
  etcFiles,
  procFiles,
} from './generated-files.ts';
import {
  DOOR_FOLDER,
  SECRETS_FOLDER,
  ENVIRONMENT,
  HOME,
  type RootPart,
  type SandboxMount,
  type SandboxSpec,
  USER,
} from './spec.ts';

/** What the arguments are made from. */
export interface BubblewrapPlan {
  readonly spec: SandboxSpec;
  /** Files and folders of `/proc` that this kernel has. */
  readonly proc: ReadonlySet<string>;
  /** Descriptors from which bubblewrap reads the generated files, in their order. */
  readonly firstFileFd: number;
  /** On which it tells the pid of the first process. */
  readonly infoFd: number;
  /** From which it reads the filter of system calls. */
  readonly filterFd: number;
}

/** The files that are generated for a sandbox, in the order of their descriptors. */
export function generatedFiles(spec: SandboxSpec, proc: ReadonlySet<string>): GeneratedFile[] {
  return [...etcFiles(spec), ...procFiles(spec.limits).filter((file) => proc.has(file.path))];
}

/** Paths of `/proc` that are covered where they exist. */
export function coveredProc(): string[] {
  return [
    ...EMPTY_PROC,
    ...EMPTY_PROC_FOLDERS,
    ...procFiles({ memoryBytes: 1, cpus: 1 }).map((file) => file.path),
  ];
}

/** The arguments, up to and without the command. */
export function bubblewrapArguments(plan: BubblewrapPlan): string[] {
  return [
    ...boundaries(plan),
    ...Object.entries(ENVIRONMENT).flatMap(([name, value]) => ['--setenv', name, value]),
    ...folders(plan.spec.root.map((part) => part.to)),
    ...plan.spec.root.flatMap(rootArguments),
    ...ownProc(plan),
    ...ownDevices(plan.spec),
    ...memoryFolders(plan.spec),
    ...folders(plan.spec.mounts.map((mount) => mount.to)),
    ...plan.spec.mounts.flatMap(mountArguments),
    ...generatedFiles(plan.spec, plan.proc).flatMap((file, index) => [
      '--perms',
      '0444',
      '--ro-bind-data',
      String(plan.firstFileFd + index),
      file.path,
    ]),
    '--remount-ro',
    '/',
    '--chdir',
    HOME,
  ];
}

function boundaries(plan: BubblewrapPlan): string[] {
  return [
    '--unshare-user',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup',
    '--unshare-net',
    '--uid',
    String(USER),
    '--gid',
    String(USER),
    '--hostname',
    plan.spec.hostname,
    // What is started first closes the sandbox's own namespaces with these, and gives them up before anything of the Space runs.
    '--cap-drop',
    'ALL',
    ...FIRST_STEP.flatMap((capability) => ['--cap-add', capability]),
    '--die-with-parent',
    '--new-session',
    '--clearenv',
    '--info-fd',
    String(plan.infoFd),
    '--seccomp',
    String(plan.filterFd),
  ];
}

/** Over the sandbox's own namespaces: its count of further ones, its ports, and giving these up. */
const FIRST_STEP = ['CAP_SYS_RESOURCE', 'CAP_NET_ADMIN', 'CAP_SETPCAP'];

function rootArguments(part: RootPart): string[] {
  if ('link' in part) return ['--symlink', part.link, part.to];
  // A device where devices cannot be opened: it cannot be read.
  return ['--ro-bind', 'hidden' in part ? '/dev/null' : part.from, part.to];
}

function mountArguments(mount: SandboxMount): string[] {
  return [mount.access === 'write' ? '--bind' : '--ro-bind', mount.from, mount.to];
}

// Covered by what is generated, by an empty file, and by an empty folder.
function ownProc(plan: BubblewrapPlan): string[] {
  return [
    '--proc',
    '/proc',
    ...EMPTY_PROC.filter((path) => plan.proc.has(path)).flatMap((path) => ['--dev-bind', '/dev/null', path]),
    ...EMPTY_PROC_FOLDERS.filter((path) => plan.proc.has(path)).flatMap((path) => [
      ...memory(path, { size: SMALL, mode: '0555' }),
      '--remount-ro',
      path,
    ]),
  ];
}

const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];

// Without terminals: bubblewrap would have to map a second user for them, and they are a way into other programs' input.
function ownDevices(spec: SandboxSpec): string[] {
  return [
    ...memory('/dev', { size: SMALL, mode: '0755' }),
    ...DEVICES.flatMap((name) => ['--dev-bind', `/dev/${name}`, `/dev/${name}`]),
    ...['fd', 'fd/0', 'fd/1', 'fd/2'].flatMap((target, n) => [
      '--symlink',
      `/proc/self/${target}`,
      `/dev/${['fd', 'stdin', 'stdout', 'stderr'][n] ?? ''}`,
    ]),
    '--dir',
    '/dev/shm',
    '--remount-ro',
    '/dev',
    ...memory('/dev/shm', { size: spec.limits.sharedMemoryBytes, mode: '1777' }),
  ];
}

// Memory, each with a size: left to itself a tmpfs may take half of the machine's.
function memoryFolders(spec: SandboxSpec): string[] {
  return [
    ...memory('/tmp', { size: spec.limits.tmpBytes, mode: '1777' }),
    ...memory('/run', { size: MiB, mode: '0755' }),
    ...folders([`${DOOR_FOLDER}/door.sock`, `${SECRETS_FOLDER}/x`]),
    '--ro-bind',
    spec.door,
    DOOR_FOLDER,
    // So that nothing on the way to the socket is moved aside and replaced.
    '--remount-ro',
    '/run',
    // On memory, and of this user alone: gone with the sandbox.
    ...memory(SECRETS_FOLDER, { size: 8 * MiB, mode: '0700' }),
    '--dir',
    '/home',
    ...memory(HOME, { size: spec.limits.homeBytes, mode: '0755' }),
  ];
}

const SMALL = 64 * 1024;

function memory(path: string, how: { readonly size: number; readonly mode: string }): string[] {
  return ['--size', String(how.size), '--perms', how.mode, '--tmpfs', path];
}

/** Makes the folders on the way to these paths, open to the user inside. */
function folders(paths: readonly string[]): string[] {
  const made = new Set<string>();
  for (const path of paths)
    for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) made.add(folder);
  return [...made].sort().flatMap((folder) => ['--perms', '0755', '--dir', folder]);
}
