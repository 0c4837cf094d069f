// Makes a Debian root with `mmdebstrap`, as one user without any right: in a sandbox of its own whose only user is called root
// there and is us outside. Only the folder that becomes the root can be written.
import { succeeded, findProgram } from '@holdfast/platform/process';
import { baseFailed } from './faults.ts';
import { runAsOneUser } from './one-user-sandbox.ts';
import { type BaseSource, DIGEST_LINE, mmdebstrapArguments } from './recipe.ts';

/** What a root is made from, and where. */
export interface RootWish {
  readonly source: BaseSource;
  /** An empty folder. */
  readonly target: string;
  /** Told each line that is said on the way. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

const TARGET = '/base';

// As merged systems have them. What makes the root are programs of this machine, which must be a Debian or its like.
const SYSTEM = ['--ro-bind', '/usr', '/usr'];
const MERGED = ['lib', 'lib64', 'bin', 'sbin'];
const FILES = [
  '/etc/resolv.conf',
  '/etc/hosts',
  '/etc/nsswitch.conf',
  '/etc/ssl',
  '/etc/ld.so.cache',
  '/etc/alternatives',
];

/** What its sandbox shows. It has the network: what it fetches bears Debian's signature. */
function viewOf(target: string): string[] {
  return [
    ...SYSTEM,
    ...MERGED.flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/run'],
    ...FILES.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--dir', '/etc/apt/apt.conf.d', '--dir', '/etc/apt/trusted.gpg.d', '--dir', '/var/lib/dpkg'],
    ...['--bind', target, TARGET],
  ];
}

/** Makes the root and returns its digest. Throws `baseFailed`; what is in the folder is then of no use. */
export async function makeRoot({ source, target, tell, signal }: RootWish): Promise<string> {
  const maker = findProgram('mmdebstrap');
  if (maker === undefined)
    throw baseFailed(
      'the program mmdebstrap is missing: install the Debian packages mmdebstrap and debian-archive-keyring',
    );
  let digest: string | undefined;
  const hear = (line: string): void => {
    if (line.startsWith(DIGEST_LINE)) digest = /[0-9a-f]{64}/.exec(line)?.[0];
    else tell(line);
  };
  const command = [maker, ...mmdebstrapArguments(source, TARGET)];
  const outcome = await runAsOneUser({ view: viewOf(target), command, tell: hear, signal });
  if (!succeeded(outcome) || digest === undefined) throw baseFailed(outcome.last.join('\n'));
  return digest;
}
