// The arguments that make a sandbox. Its root is built from a list: what is not named here does not exist inside,
// above all no socket, no home and no data of another process.
import { dirname } from 'node:path';
import { MiB } from '@holdfast/kernel/size';
import { findLink } from '@holdfast/platform/private-files';
import { type Confinement, type Mount } from './confinement.ts';

/** How /lib and its like look on this machine: link targets, or `folder`. Missing ones are left out. */
export type SystemFolders = Readonly<Record<string, string>>;

/** What the arguments are made from. */
export interface SandboxPlan {
  readonly confinement: Pick<Confinement, 'mounts' | 'network' | 'makesSandboxes'>;
  readonly system: SystemFolders;
  /** With a user namespace, for those who are not root. */
  readonly userNamespace: boolean;
  /** Folder with `passwd` and `group`, which name the child's user and nobody else. */
  readonly accounts: string;
  /** Descriptor on which bubblewrap tells the child's pid. */
  readonly infoFd: number | undefined;
  /** Descriptor from which it reads the filter of system calls. */
  readonly filterFd: number | undefined;
  /** The mounts are found where they will be, because another sandbox has put them there. */
  readonly inPlace?: boolean;
}

const LOADER_FILES = ['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/localtime'];
const NETWORK_FILES = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
];
const SYSTEM_FOLDERS = ['/lib', '/lib32', '/lib64', '/libx32', '/bin', '/sbin'];

/** Looks how the system's folders are laid out: merged into /usr by links, or separate. */
export function readSystemFolders(exists: (path: string) => boolean): SystemFolders {
  const found: Record<string, string> = {};
  for (const path of SYSTEM_FOLDERS) {
    const target = findLink(path);
    if (target !== undefined) found[path] = target;
    else if (exists(path)) found[path] = 'folder';
  }
  return found;
}

/** Bubblewrap's arguments, up to and without the command. */
export function bubblewrapArguments(plan: SandboxPlan): string[] {
  return [
    ...(plan.userNamespace ? ['--unshare-user'] : []),
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    // Who puts sandboxes into groups must see those: across the border of a namespace the kernel moves nobody (`nsdelegate`, as
    // systemd mounts version 2).
    ...(plan.confinement.makesSandboxes === true ? [] : ['--unshare-cgroup']),
    ...(plan.confinement.network ? [] : ['--unshare-net']),
    // Cannot push characters into the terminal, and dies with the supervisor: bubblewrap itself stays the first process
    // inside, as our user, so that our death reaches it whatever user the child has become, and when the first
    // process ends the kernel ends all others.
    '--die-with-parent',
    '--new-session',
    '--hostname',
    'holdfast',
    ...(plan.infoFd === undefined ? [] : ['--info-fd', String(plan.infoFd)]),
    ...(plan.filterFd === undefined ? [] : ['--seccomp', String(plan.filterFd)]),
    ...parents(['/etc/passwd', ...systemFiles(plan)]),
    ...systemRoot(plan),
    ...parents(plan.confinement.mounts.map((mount) => mount.to)),
    ...mountsOf(plan).flatMap(mountArguments),
    '--remount-ro',
    '/',
    '--chdir',
    '/',
  ];
}

/** What changes in the plan of a sandbox that is made from the ground up. */
export const FROM_GROUND = { infoFd: undefined, inPlace: true } as const;

/**
 * Arguments for what lies below a sandbox that is made without root's rights: everything where it will be, put there with
 * them, because a checkout or a data directory may be below a closed home. It hides nothing that the sandbox does not.
 */
export function groundArguments(plan: SandboxPlan): string[] {
  const folders = Object.entries(plan.system).flatMap(([path, target]) =>
    target === 'folder' ? ['--ro-bind', path, path] : ['--symlink', target, path],
  );
  return [
    '--die-with-parent',
    ...(plan.infoFd === undefined ? [] : ['--info-fd', String(plan.infoFd)]),
    ...parents(['/etc/passwd', ...systemFiles(plan), ...plan.confinement.mounts.map((mount) => mount.to)]),
    ...['--ro-bind', '/usr', '/usr', ...folders],
    // The sandbox gets its own; a kernel gives it one only who sees one whole.
    ...['--bind', '/proc', '/proc', '--dev-bind', '/dev', '/dev', '--dir', '/tmp'],
    ...systemFiles(plan).flatMap((path) => ['--ro-bind-try', path, path]),
    ...accountFiles(plan),
    ...plan.confinement.mounts.flatMap(mountArguments),
  ];
}

// Folders that bubblewrap makes on the way to a mount are closed to all but root, and the child is another user.
function parents(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (let folder = dirname(path); folder !== '/'; folder = dirname(folder)) folders.add(folder);
  const made = [...folders].filter((folder) => !folder.startsWith('/usr')).sort();
  return made.flatMap((folder) => ['--perms', '0755', '--dir', folder]);
}

function systemFiles(plan: SandboxPlan): readonly string[] {
  return plan.confinement.network ? [...LOADER_FILES, ...NETWORK_FILES] : LOADER_FILES;
}

function systemRoot(plan: SandboxPlan): string[] {
  const folders = Object.entries(plan.system).flatMap(([path, target]) =>
    target === 'folder' ? ['--ro-bind', path, path] : ['--symlink', target, path],
  );
  return [
    '--ro-bind',
    '/usr',
    '/usr',
    ...folders,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--perms',
    '1777',
    '--tmpfs',
    '/dev/shm',
    // Memory; left to itself it may take half of the machine's.
    '--size',
    String(64 * MiB),
    '--perms',
    '1777',
    '--tmpfs',
    '/tmp',
    ...systemFiles(plan).flatMap((path) => ['--ro-bind-try', path, path]),
    ...accountFiles(plan),
  ];
}

function accountFiles({ accounts, inPlace = false }: SandboxPlan): string[] {
  const folder = inPlace ? '/etc' : accounts;
  return ['passwd', 'group'].flatMap((name) => ['--ro-bind', `${folder}/${name}`, `/etc/${name}`]);
}

function mountsOf({ confinement, inPlace = false }: SandboxPlan): readonly Mount[] {
  return inPlace ? confinement.mounts.map((mount) => ({ ...mount, from: mount.to })) : confinement.mounts;
}

function mountArguments(mount: Mount): string[] {
  return [mount.access === 'write' ? '--bind' : '--ro-bind', mount.from, mount.to];
}
