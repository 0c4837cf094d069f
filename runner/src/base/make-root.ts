// Makes a Debian root with `mmdebstrap`, as one user without any right: in a sandbox of its own whose only user is called root
// there and is us outside. Only the folder that becomes the root can be written.
import { type Duplex } from 'node:stream';
import { createInterface } from 'node:readline';
import { PLAIN_ENVIRONMENT, findProgram, startProcess, succeeded } from '@holdfast/platform/process';
import { baseFailed } from './faults.ts';
import { feignedOwnershipFilter } from './feigned-ownership.ts';
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
/** Lines that are kept to say why it failed. */
const KEPT_LINES = 12;

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

/** The arguments of its sandbox. It has the network: what it fetches bears Debian's signature. */
function sandboxArguments(target: string): string[] {
  return [
    ...['--unshare-user', '--uid', '0', '--gid', '0', '--cap-add', 'ALL'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'],
    ...['--die-with-parent', '--new-session', '--hostname', 'holdfast'],
    ...SYSTEM,
    ...MERGED.flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', '/run'],
    ...FILES.flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--dir', '/etc/apt/apt.conf.d', '--dir', '/etc/apt/trusted.gpg.d', '--dir', '/var/lib/dpkg'],
    ...['--perms', '0644', '--file', '4', '/etc/passwd', '--perms', '0644', '--file', '5', '/etc/group'],
    ...['--bind', target, TARGET, '--chdir', '/', '--seccomp', '3', '--'],
  ];
}

/** Makes the root and returns its digest. Throws `baseFailed`; what is in the folder is then of no use. */
export async function makeRoot(wish: RootWish): Promise<string> {
  const [sandbox, maker] = ['bwrap', 'mmdebstrap'].map(findProgram);
  if (sandbox === undefined) throw baseFailed('the program bwrap (Debian package bubblewrap) is missing');
  if (maker === undefined)
    throw baseFailed(
      'the program mmdebstrap is missing: install the Debian packages mmdebstrap and debian-archive-keyring',
    );
  const filter = feignedOwnershipFilter(process.arch);
  if (filter === undefined) throw baseFailed(`there is no base for processors of the kind ${process.arch}`);
  const args = [...sandboxArguments(wish.target), maker, ...mmdebstrapArguments(wish.source, TARGET)];
  const child = startProcess(
    { file: sandbox, args },
    {
      descriptors: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: { ...PLAIN_ENVIRONMENT, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
      ownSession: true,
    },
  );
  const stop = (): void => child.signal('SIGKILL');
  wish.signal.addEventListener('abort', stop);
  try {
    give(child.end(3), filter);
    give(child.end(4), 'root:x:0:0:root:/root:/bin/sh\n');
    give(child.end(5), 'root:x:0:\n');
    const [exit, said] = await Promise.all([child.exited, listen(child.end(2), wish.tell)]);
    wish.signal.throwIfAborted();
    if (!succeeded(exit) || said.digest === undefined) throw baseFailed(said.last.join('\n'));
    return said.digest;
  } finally {
    wish.signal.removeEventListener('abort', stop);
  }
}

function give(pipe: Duplex, bytes: Buffer | string): void {
  pipe.on('error', () => undefined); // a program that ended early; its exit tells
  pipe.end(bytes);
}

async function listen(
  stream: Duplex,
  tell: (line: string) => void,
): Promise<{ digest: string | undefined; last: readonly string[] }> {
  let digest: string | undefined;
  const last: string[] = [];
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (line.startsWith(DIGEST_LINE)) digest = /[0-9a-f]{64}/.exec(line)?.[0];
    else {
      tell(line);
      last.push(line);
      last.splice(0, last.length - KEPT_LINES);
    }
  }
  return { digest, last };
}
