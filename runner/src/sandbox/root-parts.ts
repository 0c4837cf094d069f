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
  return [...parts, ...listHidden(base)];
}

/** What of a base's `/etc` no sandbox sees: where a name is a link, what it leads to, because a mount covers no link. */
export function listHidden(base: string): RootPart[] {
  const files = HIDDEN_ETC.map((name) => followInside(base, `/etc/${name}`));
  const shown = files.filter((path) => FOLDERS.some((name) => path?.startsWith(`/${name}/`)));
  return [...new Set(shown)].map((to = ''): RootPart => ({ hidden: true, to }));
}

/** Of Linux. */
const MAX_LINKS = 40;

/**
 * The file that a path in a base leads to, as a path without links, as whoever has the base for a root would find it. The kernel would
 * follow a link of the base to a file of the host.
 */
function followInside(base: string, path: string): string | undefined {
  let at = '';
  let links = 0;
  const rest = namesOf(path);
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = name === '..' ? at.slice(0, at.lastIndexOf('/')) : `${at}/${name}`;
    const kind = lstatSync(`${base}${next}`, { throwIfNoEntry: false });
    if (kind?.isSymbolicLink() === true) {
      links += 1;
      const link = readlinkSync(`${base}${next}`);
      rest.unshift(...namesOf(link));
      if (link.startsWith('/')) at = '';
    } else at = next;
    const isPassed = kind?.isSymbolicLink() === true || kind?.isDirectory() === true;
    if (links > MAX_LINKS || !(isPassed || (rest.length === 0 && kind?.isFile() === true))) return undefined;
  }
  return at;
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
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
