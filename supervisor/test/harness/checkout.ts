// A checkout whose hub and notary are stand-ins, and ordinary users to run it as.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CHILD_WORKSPACES } from '../../src/workspaces.ts';

/** Workspaces in whose place a fixture stands. */
const STAND_INS: readonly string[] = ['hub', 'notary'];
const REPOSITORY = dirname(dirname(dirname(import.meta.dirname)));

/** An ordinary user of the system, made for a test. */
export interface TestUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Whether this process is root, and so can make users. */
export const isRoot = process.getuid?.() === 0;

/** A folder with everything an instance needs, below a home that is closed to others. */
export interface TestCheckout extends Disposable {
  readonly home: string;
  readonly path: string;
  /** Present when it belongs to an ordinary user made for it. */
  readonly user: TestUser | undefined;
}

/** Makes a checkout in a home of its own: ours, or an ordinary user's. Linked where possible: the packages are large. */
export function openTestCheckout(owner: 'self' | 'user'): TestCheckout {
  const home = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  const path = join(home, 'checkout');
  mkdirSync(path);
  const own = CHILD_WORKSPACES.filter((name) => !STAND_INS.includes(name));
  for (const name of [...own, 'node_modules', 'package.json', 'package-lock.json'])
    copyTree(join(REPOSITORY, name), join(path, name));
  for (const name of STAND_INS) copyTree(join(import.meta.dirname, '..', 'fixture', name), join(path, name));
  // No pages, and nothing that builds them.
  for (const name of ['src', 'static']) mkdirSync(join(path, 'web', name), { recursive: true });
  copyTree(join(import.meta.dirname, '..', 'fixture', 'start.ts'), join(path, 'start.ts'));
  copyTree(process.execPath, join(path, 'node'));
  const user = owner === 'user' ? makeUser(home) : undefined;
  if (user !== undefined) run('chown', `${String(user.uid)}:${String(user.gid)}`, home, path);
  chmodSync(home, 0o700);
  return {
    home,
    path,
    user,
    [Symbol.dispose]: () => {
      if (user !== undefined) removeUser(user);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: 'pipe', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
}

function copyTree(from: string, to: string): void {
  if (!existsSync(from)) return;
  try {
    run('cp', '-al', from, to);
  } catch {
    rmSync(to, { recursive: true, force: true });
    run('cp', '-a', from, to);
  }
}

function makeUser(home: string): TestUser {
  const name = `hft${home
    .slice(-6)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x')}`;
  run('useradd', '--user-group', '--no-create-home', '--home-dir', home, name);
  const id = (flag: string): number =>
    Number(execFileSync('/usr/bin/id', [flag, name], { encoding: 'utf8', env: {} }));
  return { name, uid: id('-u'), gid: id('-g') };
}

function removeUser(user: TestUser): void {
  run('userdel', user.name);
}
