// How confinements are enforced on this machine, and the command line that does it.
import { type Command, findProgram } from '@holdfast/platform/process';
import { type Separation } from '../settings.ts';
import {
  type SandboxPlan,
  type SystemFolders,
  bubblewrapArguments,
  FROM_GROUND,
  groundArguments,
} from './bubblewrap.ts';
import { type Account, type Confinement, type Mount } from './confinement.ts';
import { inUserNamespace, type RangePrograms } from './user-range.ts';

/** A working bubblewrap. */
export interface Sandbox {
  readonly program: string;
  readonly system: SystemFolders;
  readonly accounts: string;
  /** File with the filter of system calls; absent where none can be used. */
  readonly filter: string | undefined;
  /** The one for children that make sandboxes themselves. */
  readonly makerFilter: string | undefined;
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

/** A command to start, and what it expects beside its own descriptors, on those that follow the one for its pid. */
export interface ConfinedCommand {
  readonly command: Command;
  /** Whether it tells its pid on `infoFd`. */
  readonly tellsPid: boolean;
  /** A file that it reads on the descriptor after that. */
  readonly filter: string | undefined;
  /** Whether it waits on the descriptor after that one for `openGate`. */
  readonly gated: boolean;
}

/** Wraps a command so that it runs within its confinement. Its paths must be as `pathIn` gives them. */
export function confine(
  mechanism: Mechanism,
  confinement: Confinement,
  command: Command & { readonly infoFd: number },
): ConfinedCommand {
  const { sandbox, level } = mechanism;
  const { makesSandboxes = false } = confinement;
  // One that makes sandboxes is root of its own namespace, so that it can.
  const account = level === 'uids' && !makesSandboxes ? confinement.account : undefined;
  const inner = [...privileges(mechanism, account), command.file, ...command.args];
  if (sandbox === undefined) {
    const [file = command.file, ...args] = inner;
    return { command: { file, args }, tellsPid: false, filter: undefined, gated: false };
  }
  const filter = makesSandboxes ? sandbox.makerFilter : sandbox.filter;
  const plan: SandboxPlan = {
    confinement,
    system: sandbox.system,
    userNamespace: level === 'namespaces',
    accounts: sandbox.accounts,
    infoFd: command.infoFd,
    filterFd: filter === undefined ? undefined : command.infoFd + 1,
  };
  const { program: file } = sandbox;
  if (!makesSandboxes || level !== 'uids')
    return {
      command: { file, args: [...bubblewrapArguments(plan), '--', ...inner] },
      tellsPid: true,
      filter,
      gated: false,
    };
  const gateFd = command.infoFd + (filter === undefined ? 1 : 2);
  const within = [file, ...bubblewrapArguments({ ...plan, ...FROM_GROUND }), '--', ...inner];
  const gated = inUserNamespace(programsOf(mechanism), gateFd, within);
  return {
    command: { file, args: [...groundArguments(plan), '--', ...gated] },
    tellsPid: true,
    filter,
    gated: true,
  };
}

function programsOf({ setpriv }: Mechanism): RangePrograms {
  const [unshare, shell] = [findProgram('unshare'), findProgram('sh')];
  if (setpriv === undefined || unshare === undefined || shell === undefined)
    throw new Error('a program of util-linux is missing');
  return { setpriv, unshare, shell };
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
