// How confinements are enforced on this machine, and the command line that does it.
import { type Command } from '@holdfast/platform/process';
import { type Separation } from '../settings.ts';
import { type SystemFolders, bubblewrapArguments } from './bubblewrap.ts';
import { type Account, type Confinement, type Mount } from './confinement.ts';

/** A working bubblewrap. */
export interface Sandbox {
  readonly program: string;
  readonly system: SystemFolders;
  readonly accounts: string;
  /** File with the filter of system calls; absent where none can be used. */
  readonly filter: string | undefined;
}

/** What was found to work. */
export interface Mechanism {
  readonly level: Separation;
  /** Absent when no sandbox can be made; then children see the host's files as their user may. */
  readonly sandbox: Sandbox | undefined;
  /** Absolute path of `setpriv`; absent on systems without it. */
  readonly setpriv: string | undefined;
  /** For people: why the level is not higher, empty when nothing is missing. */
  readonly shortcomings: readonly string[];
}

/** A command to start, and what it expects beside its own descriptors. */
export interface ConfinedCommand {
  readonly command: Command;
  /** Whether it tells its pid on `infoFd`. */
  readonly tellsPid: boolean;
  /** A file that it reads on the descriptor after that. */
  readonly filter: string | undefined;
}

/** Wraps a command so that it runs within its confinement. Its paths must be as `pathIn` gives them. */
export function confine(
  mechanism: Mechanism,
  confinement: Confinement,
  command: Command & { readonly infoFd: number },
): ConfinedCommand {
  const inner = [
    ...privileges(mechanism, mechanism.level === 'uids' ? confinement.account : undefined),
    command.file,
    ...command.args,
  ];
  const { sandbox } = mechanism;
  if (sandbox === undefined) {
    const [file = command.file, ...args] = inner;
    return { command: { file, args }, tellsPid: false, filter: undefined };
  }
  const args = bubblewrapArguments({
    confinement,
    system: sandbox.system,
    userNamespace: mechanism.level === 'namespaces',
    accounts: sandbox.accounts,
    infoFd: command.infoFd,
    filterFd: sandbox.filter === undefined ? undefined : command.infoFd + 1,
  });
  const { program: file, filter } = sandbox;
  return { command: { file, args: [...args, '--', ...inner] }, tellsPid: true, filter };
}

/** Where a child finds what is mounted for it. */
export function pathIn(mechanism: Mechanism, mount: Mount): string {
  return mechanism.sandbox === undefined ? mount.from : mount.to;
}

// The user is changed inside the sandbox, after its mounts were made with root's rights: so a checkout or a data
// directory below a closed home can be shown. Changing it clears the parent-death signal, which is then set anew.
function privileges(mechanism: Mechanism, account: Account | undefined): string[] {
  if (mechanism.setpriv === undefined) return [];
  const always = ['--no-new-privs', '--pdeathsig', 'KILL'];
  if (account === undefined) return [mechanism.setpriv, ...always, '--'];
  return [
    mechanism.setpriv,
    '--reuid',
    String(account.uid),
    '--regid',
    String(account.gid),
    '--clear-groups',
    '--inh-caps=-all',
    '--bounding-set=-all',
    ...always,
    '--',
  ];
}
