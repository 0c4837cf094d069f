// The command that starts a door: in a sandbox that has the network, Node, the door's own code, and nothing else. Pure.
import { CODE_CACHE } from '../sandbox/index.ts';

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
  /** Compiled code of doors, where there is some. */
  readonly codeCache: string | null;
  /** Descriptor from which bubblewrap reads the filter of system calls. */
  readonly filterFd: number;
}

/** Our folders that a door needs. */
export const DOOR_CODE = ['kernel', 'platform', 'door', 'node_modules', 'package.json'];
/** What resolving names and checking certificates needs. */
const NETWORK_FILES = [
  ...['/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/ssl/certs', '/etc/ssl/openssl.cnf'],
  ...['/etc/ld.so.cache', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/holdfast'],
];
/** The user that every door believes to be. */
export const DOOR_USER = '65534';

/** The program and its arguments. */
export function doorCommand(plan: DoorPlan): string[] {
  return [
    ...becomeUser(plan),
    plan.programs.bubblewrap,
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'],
    ...['--uid', DOOR_USER, '--gid', DOOR_USER, '--hostname', 'door', '--cap-drop', 'ALL'],
    ...['--die-with-parent', '--new-session', '--clearenv', '--setenv', 'LANG', 'C.UTF-8'],
    ...(plan.libraries === null ? [] : ['--setenv', 'LD_LIBRARY_PATH', plan.libraries]),
    ...(plan.codeCache === null ? [] : ['--setenv', 'NODE_COMPILE_CACHE', CODE_CACHE]),
    ...['--seccomp', String(plan.filterFd)],
    ...['--ro-bind', '/usr', '/usr', ...plan.system.flatMap(systemArguments)],
    ...['--proc', '/proc', '--dev', '/dev', '--size', '1048576', '--tmpfs', '/tmp'],
    ...NETWORK_FILES.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--ro-bind', plan.node, plan.node],
    ...(plan.libraries === null ? [] : ['--ro-bind', plan.libraries, plan.libraries]),
    ...DOOR_CODE.flatMap((name) => ['--ro-bind', `${plan.code}/${name}`, `${plan.code}/${name}`]),
    ...plan.mounts.flatMap(({ path, access }) => [access === 'read' ? '--ro-bind' : '--bind', path, path]),
    ...(plan.codeCache === null ? [] : ['--ro-bind', plan.codeCache, CODE_CACHE]),
    ...['--remount-ro', '/', '--chdir', '/', '--', ...doorProgram(plan, plan.kind)],
  ];
}

/** The door itself, and its arguments. */
export function doorProgram(
  { node, code }: Pick<DoorPlan, 'node' | 'code'>,
  kind: DoorPlan['kind'],
): string[] {
  return [
    node,
    // What one visitor or one app can make a door keep is bounded; this is the bound of last resort.
    ...['--disable-sigusr1', '--max-old-space-size=192', '--max-semi-space-size=8'],
    `${code}/door/src/${kind}/main.ts`,
  ];
}

/** Becomes this user first, where there is more than one. */
export function becomeUser({ user, programs }: Pick<DoorPlan, 'user' | 'programs'>): string[] {
  if (user === null) return [];
  const id = String(user);
  return [programs.setpriv, '--reuid', id, '--regid', id, '--clear-groups', '--no-new-privs', '--'];
}

/** Shows a folder or link of the system. */
export function systemArguments([path, target]: readonly [string, string | undefined]): string[] {
  return target === undefined ? ['--ro-bind', path, path] : ['--symlink', target, path];
}
