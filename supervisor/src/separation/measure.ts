// Finds the highest level of separation that works here, by trying it. What only looks as if it should work (a
// kernel setting, a program that is installed) counts for nothing.
import { exists, openForChild } from '@holdfast/platform/private-files';
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';
import { readSystemFolders } from './bubblewrap.ts';
import { type Account, type Confinement } from './confinement.ts';
import { type Mechanism, type Sandbox, confine } from './mechanism.ts';
import { FILTER_FILE, MAKER_FILTER_FILE } from './sandbox-files.ts';

/** What the trial is made with. */
export interface Trial {
  readonly root: boolean;
  /** A user that root can become; used when root. */
  readonly account: Account | undefined;
  /** Folder with the sandboxes' account files. */
  readonly accounts: string;
}

const NOTHING: Pick<Confinement, 'mounts' | 'network'> = { mounts: [], network: false };

/** Tries the levels from the highest down. */
export async function measureSeparation(trial: Trial): Promise<Mechanism> {
  const setpriv = findProgram('setpriv');
  const sandbox = findSandbox(trial.accounts);
  const shortcomings: string[] = [];
  const level = trial.root ? ('uids' as const) : ('namespaces' as const);
  if (process.platform !== 'linux')
    return { level: 'none', sandbox: undefined, setpriv: undefined, shortcomings: [NOT_LINUX] };
  if (setpriv === undefined) shortcomings.push('the program setpriv (Debian package util-linux) is missing');
  if (sandbox === undefined) shortcomings.push(NO_BUBBLEWRAP);
  if (sandbox !== undefined && setpriv !== undefined) {
    const full: Mechanism = { level, sandbox, setpriv, shortcomings: [] };
    const refusal = await attempt(full, trial.account);
    if (refusal === undefined)
      return sandbox.filter === undefined ? { ...full, shortcomings: [NO_FILTER] } : full;
    const bare: Mechanism = {
      ...full,
      sandbox: { ...sandbox, filter: undefined, makerFilter: undefined },
      shortcomings: [NO_FILTER],
    };
    if (sandbox.filter !== undefined && (await attempt(bare, trial.account)) === undefined) return bare;
    shortcomings.push(`bubblewrap cannot make a sandbox here: ${refusal}`);
  }
  if (trial.root && setpriv !== undefined) {
    const plain: Mechanism = { level: 'uids', sandbox: undefined, setpriv, shortcomings };
    const refusal = await attempt(plain, trial.account);
    if (refusal === undefined) return plain;
    shortcomings.push(`root cannot become another user here: ${refusal}`);
  }
  return { level: 'none', sandbox: undefined, setpriv, shortcomings };
}

const NOT_LINUX = 'only Linux can keep processes apart in the way Holdfast does';
const NO_FILTER = 'this machine takes no filter of system calls from Holdfast';
const NO_BUBBLEWRAP = 'bubblewrap is not installed (Debian: apt-get install bubblewrap)';

function findSandbox(accounts: string): Sandbox | undefined {
  const program = findProgram('bwrap');
  if (program === undefined) return undefined;
  const found = (name: string): string | undefined =>
    exists(`${accounts}/${name}`) ? `${accounts}/${name}` : undefined;
  const system = readSystemFolders(exists);
  return { program, system, accounts, filter: found(FILTER_FILE), makerFilter: found(MAKER_FILTER_FILE) };
}

async function attempt(mechanism: Mechanism, account: Account | undefined): Promise<string | undefined> {
  const file = findProgram('true') ?? '/usr/bin/true';
  const confinement: Confinement = { ...NOTHING, account };
  const { command, filter } = confine(mechanism, confinement, { file, args: [], infoFd: 3 });
  using opened = filter === undefined ? undefined : openForChild(filter);
  const extra = ['pipe' as const, ...(opened === undefined ? [] : [opened.fd])];
  const outcome = await runProcess(command, { extra, timeout: 10_000 });
  if (succeeded(outcome)) return undefined;
  return outcome.stderr.trim().split('\n').at(-1) ?? 'it ended without a word';
}
