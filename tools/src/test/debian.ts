// Debian packages the tests need: installed when we may, named when we may not.
import { constants } from 'node:fs';
import { access, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { childEnvironment, isRoot } from '../environment.ts';
import { run } from '../run.ts';

/** A package, and how one sees that it is there: a program it brings, a Python module, or a file. */
export interface DebianPackage {
  readonly name: string;
  readonly program?: string;
  readonly pythonModule?: string;
  readonly file?: string;
}

/** Sandboxes. */
export const BUBBLEWRAP: DebianPackage = { name: 'bubblewrap', program: 'bwrap' };
/** Sandboxes with a kernel of their own: gVisor. */
export const RUNSC: DebianPackage = { name: 'runsc', program: 'runsc' };
/** Makes the root that apps share. */
export const MMDEBSTRAP: DebianPackage = { name: 'mmdebstrap', program: 'mmdebstrap' };
/** What Debian signs its packages with. */
export const DEBIAN_KEYRING: DebianPackage = {
  name: 'debian-archive-keyring',
  file: '/usr/share/keyrings/debian-archive-keyring.gpg',
};
/** A kernel that runs as a program, for what this machine's own is not set up for. Debian has it for x64 alone. */
export const USER_MODE_LINUX: DebianPackage = { name: 'user-mode-linux', program: 'linux.uml' };
/** The reverse proxy that the documentation describes. */
export const NGINX: DebianPackage = { name: 'nginx-light', program: 'nginx' };
/** Shows the order of system calls. */
export const STRACE: DebianPackage = { name: 'strace', program: 'strace' };
/** Certificates made for a test. */
export const OPENSSL: DebianPackage = { name: 'openssl', program: 'openssl' };
/** Virtual environments for the Python clients. */
export const PYTHON_VENV: DebianPackage = { name: 'python3-venv', pythonModule: 'ensurepip' };
/** The reference for git object ids. */
export const GIT: DebianPackage = { name: 'git', program: 'git' };
/** Large files beside git. */
export const GIT_LFS: DebianPackage = { name: 'git-lfs', program: 'git-lfs' };
/** The browser that people use the pages with. */
export const CHROMIUM: DebianPackage = { name: 'chromium', program: 'chromium' };
/** A client that shows headers as they are. */
export const CURL: DebianPackage = { name: 'curl', program: 'curl' };

/** Addresses in a network that a test makes for itself. */
export const IPROUTE: DebianPackage = { name: 'iproute2', program: 'ip' };

/** Debian's own Python where there is one: others may lie where an ordinary user cannot read them. */
export async function findPython(): Promise<string> {
  return (await isExecutable('/usr/bin/python3')) ? '/usr/bin/python3' : 'python3';
}

/** Makes sure the packages are there. Throws an `Error` that names what is missing when it may not install. */
export async function provideDebian(
  packages: readonly DebianPackage[],
  tell: (line: string) => void,
): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(' ');
  if (!isRoot() || !(await isExecutable('/usr/bin/apt-get'))) {
    throw new Error(
      `the tests need these Debian packages: ${names}\nInstall them with: sudo apt-get install ${names}`,
    );
  }
  tell(`installing Debian packages: ${names}`);
  await install(missing.map(({ name }) => name));
  const still = await missingPackages(packages);
  if (still.length > 0)
    throw new Error(`still missing after installation: ${still.map(({ name }) => name).join(' ')}`);
}

async function missingPackages(packages: readonly DebianPackage[]): Promise<readonly DebianPackage[]> {
  const present = await Promise.all(packages.map(isPresent));
  return packages.filter((_one, index) => present[index] === false);
}

async function isPresent(one: DebianPackage): Promise<boolean> {
  if (one.pythonModule !== undefined) {
    return (await run(await findPython(), ['-c', `import venv, ${one.pythonModule}`])).status === 0;
  }
  const { file } = one;
  if (file !== undefined) return await isReadable(file);
  const folders = (childEnvironment()['PATH'] ?? '').split(':');
  const found = await Promise.all(
    folders.map((folder) => isExecutable(path.join(folder, one.program ?? ''))),
  );
  return found.includes(true);
}

async function isReadable(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Installs without starting services: a test must not put an nginx on port 80 of somebody's machine. */
async function install(names: readonly string[]): Promise<void> {
  const ours = await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755, flag: 'wx' }).then(
    () => true,
    () => false,
  );
  try {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    const timeout = 15 * 60_000;
    const update = await run('apt-get', ['update', '-q'], { env, timeout });
    const args = ['install', '-q', '-y', '--no-install-recommends', ...names];
    const outcome = await run('apt-get', args, { env, timeout });
    if (outcome.status !== 0) throw new Error(`apt-get failed\n${update.output}\n${outcome.output}`);
  } finally {
    if (ours) await rm(POLICY);
  }
}
