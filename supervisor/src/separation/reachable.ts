// Without sandboxes the children's users see the host's files as their permissions say: tried before anything starts.
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';
import { codeUnreachable, folderUnreachable } from '../faults.ts';
import { type ChildAccounts } from '../folders.ts';
import { type CodeView, type Layout } from '../layout.ts';
import { type Account } from './confinement.ts';
import { type Mechanism, confine } from './mechanism.ts';

/** Throws `codeUnreachable` when a child's user could not run its program, and `folderUnreachable` when it could not come to its data. */
export async function requireReachable(
  mechanism: Mechanism,
  accounts: ChildAccounts,
  { code, layout }: { readonly code: CodeView; readonly layout: Layout },
): Promise<void> {
  const program = ['-r', `${code.root.from}/package.json`, '-a', '-x', code.node.from];
  for (const account of Object.values(accounts)) {
    if (!(await isTrueFor(mechanism, account, program))) throw codeUnreachable(code.root.from, account.name);
    const objects = account === accounts.hub ? [layout.objects] : [];
    for (const folder of [layout.data, layout.keys, ...objects])
      if (!(await isTrueFor(mechanism, account, ['-x', folder])))
        throw folderUnreachable(folder, account.name);
  }
}

/** What `test` says of files as this user. */
async function isTrueFor(mechanism: Mechanism, account: Account, args: readonly string[]): Promise<boolean> {
  const test = findProgram('test') ?? '/usr/bin/test';
  const { command } = confine(
    mechanism,
    { mounts: [], account, network: false },
    { file: test, args, infoFd: 3 },
  );
  return succeeded(await runProcess(command, { timeout: 10_000 }));
}
