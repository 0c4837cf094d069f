// Without sandboxes the children's users see the host's files as their permissions say: tried before anything starts.
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';
import { codeUnreachable } from '../faults.ts';
import { type ChildAccounts } from '../folders.ts';
import { type CodeView } from '../layout.ts';
import { type Mechanism, confine } from './mechanism.ts';

/** Throws `codeUnreachable` when a child's user could not run its program. */
export async function requireReachable(
  mechanism: Mechanism,
  accounts: ChildAccounts,
  code: CodeView,
): Promise<void> {
  const test = findProgram('test') ?? '/usr/bin/test';
  for (const account of Object.values(accounts)) {
    const confinement = { mounts: [], account, network: false };
    const args = ['-r', `${code.root.from}/package.json`, '-a', '-x', code.node.from];
    const { command } = confine(mechanism, confinement, { file: test, args, infoFd: 3 });
    const outcome = await runProcess(command, { timeout: 10_000 });
    if (!succeeded(outcome)) throw codeUnreachable(code.root.from, account.name);
  }
}
