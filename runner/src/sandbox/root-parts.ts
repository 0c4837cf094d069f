// Reads how a base is laid out, and which programs this machine has for making sandboxes.
import { lstatSync, readlinkSync } from 'node:fs';
import { findProgram } from '@holdfast/platform/process';
import { type LaunchPrograms } from './launch.ts';
import { SandboxUnavailable } from './sandbox.ts';
import { HIDDEN_ETC, OWN_ETC, type RootPart } from './spec.ts';

const FOLDERS = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'etc'];

/** The parts of a root from a base: its programs and its `/etc`, nothing else of it. */
export function listRootParts(base: string): RootPart[] {
  const parts = FOLDERS.flatMap((name): RootPart[] => {
    const from = `${base}/${name}`;
    const kind = lstatSync(from, { throwIfNoEntry: false });
    if (kind === undefined) return [];
    return [kind.isSymbolicLink() ? { link: readlinkSync(from), to: `/${name}` } : { from, to: `/${name}` }];
  });
  const absent = OWN_ETC.filter(
    (name) => lstatSync(`${base}/etc/${name}`, { throwIfNoEntry: false })?.isFile() !== true,
  );
  if (absent.length > 0)
    throw new SandboxUnavailable(
      `the base at ${base} has no file for ${absent.map((name) => `/etc/${name}`).join(', ')}`,
    );
  return [...parts, ...listHidden(`${base}/etc`)];
}

/** What of an `/etc` no sandbox sees. */
export function listHidden(etc: string): RootPart[] {
  return HIDDEN_ETC.filter((name) => lstatSync(`${etc}/${name}`, { throwIfNoEntry: false })?.isFile()).map(
    (name): RootPart => ({ hidden: true, to: `/etc/${name}` }),
  );
}

/** Finds the programs. Throws a `SandboxUnavailable` that names what to install. */
export function findLaunchPrograms(): LaunchPrograms {
  const bubblewrap = findProgram('bwrap');
  if (bubblewrap === undefined)
    throw new SandboxUnavailable('bubblewrap is not installed (Debian: apt-get install bubblewrap)');
  const [setpriv, prlimit] = [findProgram('setpriv'), findProgram('prlimit')];
  if (setpriv === undefined || prlimit === undefined)
    throw new SandboxUnavailable('setpriv or prlimit is missing (Debian: apt-get install util-linux)');
  return { bubblewrap, setpriv, prlimit, shell: '/bin/sh' };
}

/** Finds gVisor. Throws a `SandboxUnavailable` that says what to do. */
export function findGvisor(): string {
  const runsc = findProgram('runsc');
  if (runsc === undefined)
    throw new SandboxUnavailable(
      'gVisor, which the configuration asks for, is not installed (Debian: apt-get install runsc); spaces.runtime "bubblewrap" does without',
    );
  return runsc;
}
