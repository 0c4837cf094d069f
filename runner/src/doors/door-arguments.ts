// The command that starts a door: in a sandbox that has the network, Node, the door's own code, and nothing else. Pure.

/** Where a door finds things. */
export interface DoorPlan {
  /** The runner's own programs: bubblewrap, setpriv, and Node with what it needs. */
  readonly programs: { readonly bubblewrap: string; readonly setpriv: string };
  readonly node: string;
  readonly code: string;
  /** A folder with libraries that Node needs and the system does not have. */
  readonly libraries: string | null;
  /** Links and folders of the system beside /usr: `[path, target]`, and `undefined` for a folder. */
  readonly system: readonly (readonly [path: string, target: string | undefined])[];
  /** A user of its own, where the runner has a range of them. */
  readonly user: number | null;
  /** Folders it sees under the same path. */
  readonly mounts: readonly { readonly path: string; readonly access: 'read' | 'write' }[];
  /** Which door. */
  readonly kind: 'run' | 'build';
  /** Descriptor from which bubblewrap reads the filter of system calls. */
  readonly filterFd: number;
}

/** Our folders that a door needs. */
const CODE = ['kernel', 'platform', 'door', 'node_modules', 'package.json'];
/** What resolving names and checking certificates needs. */
const NETWORK_FILES = [
  ...['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/ssl/certs', '/etc/ssl/openssl.cnf'],
  ...['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/holdfast'],
];
const NOBODY = '65534';

/** The program and its arguments. */
export function doorCommand(plan: DoorPlan): string[] {
  return [
    ...becomeUser(plan),
    plan.programs.bubblewrap,
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'],
    ...['--uid', NOBODY, '--gid', NOBODY, '--hostname', 'door', '--cap-drop', 'ALL'],
    ...['--die-with-parent', '--new-session', '--clearenv', '--setenv', 'LANG', 'C.UTF-8'],
    ...(plan.libraries === null ? [] : ['--setenv', 'LD_LIBRARY_PATH', plan.libraries]),
    ...['--seccomp', String(plan.filterFd)],
    ...['--ro-bind', '/usr', '/usr', ...plan.system.flatMap(systemArguments)],
    ...['--proc', '/proc', '--dev', '/dev', '--size', '1048576', '--tmpfs', '/tmp'],
    ...NETWORK_FILES.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--ro-bind', plan.node, plan.node],
    ...(plan.libraries === null ? [] : ['--ro-bind', plan.libraries, plan.libraries]),
    ...CODE.flatMap((name) => ['--ro-bind', `${plan.code}/${name}`, `${plan.code}/${name}`]),
    ...plan.mounts.flatMap(({ path, access }) => [access === 'read' ? '--ro-bind' : '--bind', path, path]),
    ...['--remount-ro', '/', '--chdir', '/', '--', plan.node],
    // What one visitor or one app can make a door keep is bounded; this is the bound of last resort.
    ...['--disable-sigusr1', '--max-old-space-size=192', '--max-semi-space-size=8'],
    `${plan.code}/door/src/${plan.kind}/main.ts`,
  ];
}

function becomeUser({ user, programs }: DoorPlan): string[] {
  if (user === null) return [];
  const id = String(user);
  return [programs.setpriv, '--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs', '--'];
}

function systemArguments([path, target]: readonly [string, string | undefined]): string[] {
  return target === undefined ? ['--ro-bind', path, path] : ['--symlink', target, path];
}
