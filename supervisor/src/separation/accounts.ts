// The system users of the children when started as root.
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';
import { accountMissing } from '../faults.ts';
import { type Account } from './confinement.ts';

/** The user with this name, made when missing. Throws `accountMissing`. */
export async function ensureAccount(name: string): Promise<Account> {
  const found = await findAccount(name);
  if (found !== undefined) return found;
  const useradd = findProgram('useradd');
  if (useradd === undefined) throw accountMissing(name, 'the program useradd is missing');
  const args = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ];
  const outcome = await runProcess({ file: useradd, args }, { timeout: 30_000 });
  const made = await findAccount(name);
  if (made === undefined) throw accountMissing(name, outcome.stderr.trim());
  return made;
}

/** The user with this name, if there is one. */
export async function findAccount(name: string): Promise<Account | undefined> {
  const id = findProgram('id') ?? '/usr/bin/id';
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map((flag) => runProcess({ file: id, args: [flag, name] }, { timeout: 10_000 })),
  );
  if (uid === undefined || gid === undefined || !succeeded(uid) || !succeeded(gid)) return undefined;
  return { name, uid: Number(uid.stdout.trim()), gid: Number(gid.stdout.trim()) };
}

/** `passwd` and `group` of a sandbox: programs look up who they are, and need to know of nobody else. */
export function accountFiles(accounts: readonly Account[]): {
  readonly passwd: string;
  readonly group: string;
} {
  const unique = [...new Map(accounts.map((account) => [account.uid, account])).values()];
  return {
    passwd: unique
      .map(
        ({ name, uid, gid }) => `${name}:x:${String(uid)}:${String(gid)}::/nonexistent:/usr/sbin/nologin\n`,
      )
      .join(''),
    group: unique.map(({ name, gid }) => `${name}:x:${String(gid)}:\n`).join(''),
  };
}
