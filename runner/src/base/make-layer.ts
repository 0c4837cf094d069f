// Adds packages of Debian to a copy of the base, by its own apt, in a sandbox without a network: what it installs comes by the
// build's door and bears Debian's signature. The base itself is never open to anything.
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';
import { type FromInside, type InsideStart } from '@holdfast/inside/frames';
import { Channel } from '@holdfast/platform/channel';
import { baseFailed } from './faults.ts';
import { runAsOneUser } from './one-user-sandbox.ts';
import { APT_OPTIONS, sourceLines } from './recipe.ts';

/** What is added, to what, and where. */
export interface LayerWish {
  /** The base's path. */
  readonly base: string;
  readonly suite: string;
  /** Whether there is a mirror of security updates. */
  readonly security: boolean;
  /** Names of packages, checked. */
  readonly packages: readonly string[];
  /** An empty folder. */
  readonly target: string;
  /** Folder with the socket of the build's door. */
  readonly door: string;
  /** The program inside and Node, as we see them. */
  readonly inside: string;
  readonly node: string;
  readonly libraries: string | null;
  /** Files by which it joins its control groups. */
  readonly joins: readonly string[];
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Whether it worked; else its last lines. */
export type LayerOutcome =
  { readonly kind: 'made' } | { readonly kind: 'failed'; readonly last: readonly string[] };

const COPYING = 5 * 60_000;
const HOLDFAST = '/opt/holdfast';
const DOOR = 'http://127.0.0.1:3128';
/** The channel comes on another descriptor than the program inside looks at. */
const AS_DESCRIPTOR_3 = 'exec "$@" 3<&6 6<&-';

/** Makes it. Throws the signal's reason when it is aborted. */
export async function makeLayer(wish: LayerWish): Promise<LayerOutcome> {
  await copyBase(wish);
  const { door, inside, node, libraries, joins, target, tell, signal } = wish;
  const show = (from: string, to: string): string[] => ['--ro-bind', from, to];
  let isInstalled = false;
  const outcome = await runAsOneUser({
    view: [
      ...['--unshare-net', '--bind', target, '/', '--proc', '/proc', '--dev', '/dev'],
      ...['--tmpfs', '/tmp', '--tmpfs', '/run', '--tmpfs', '/opt'],
      ...[...show(door, '/run/holdfast/out'), ...show(inside, `${HOLDFAST}/inside`)],
      ...show(node, `${HOLDFAST}/bin/node`),
      ...(libraries === null
        ? []
        : [...show(libraries, `${HOLDFAST}/lib`), '--setenv', 'LD_LIBRARY_PATH', `${HOLDFAST}/lib`]),
    ],
    command: [
      '/bin/sh',
      '-c',
      AS_DESCRIPTOR_3,
      'layer',
      `${HOLDFAST}/bin/node`,
      `${HOLDFAST}/inside/src/main.ts`,
    ],
    onChannel: (stream) => {
      const channel = new Channel(stream);
      channel.send(orderOf(wish));
      // The program inside ends well whatever it ran: how that ended, it says here.
      channel.onFrame((frame) => {
        const told = frame as FromInside;
        if (told.type === 'exited') isInstalled = told.code === 0;
      });
    },
    joins,
    tell,
    signal,
  });
  return succeeded(outcome) && isInstalled ? { kind: 'made' } : { kind: 'failed', last: outcome.last };
}

// Not linked: a package's scripts may change a file where it lies, and it would be that of all Spaces.
async function copyBase({ base, target, signal }: LayerWish): Promise<void> {
  const copy = findProgram('cp') ?? '/bin/cp';
  const args = ['-a', '--reflink=auto', '--', `${base}/.`, target];
  const outcome = await runProcess({ file: copy, args }, { timeout: COPYING });
  signal.throwIfAborted();
  if (!succeeded(outcome)) throw baseFailed(`it could not be copied: ${outcome.stderr.trim()}`);
}

function orderOf({ suite, security, packages }: LayerWish): InsideStart {
  return {
    type: 'start',
    mode: 'build',
    command: ['/bin/bash', '-c', SCRIPT, 'layer', ...packages],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
      HOME: '/tmp',
      DEBIAN_FRONTEND: 'noninteractive',
      SOURCES: sourceLines({
        mirror: `${DOOR}/debian`,
        securityMirror: security ? `${DOOR}/debian-security` : null,
        suite,
      }).join('\n'),
      OPTIONS: [...APT_OPTIONS, ...LAYER_OPTIONS].map((option) => `${option};`).join('\n'),
    },
    cwd: '/',
    copy: null,
    port: null,
    visits: null,
    secrets: null,
  };
}

const LAYER_OPTIONS = [
  'Dir::Etc::sourcelist "/tmp/sources.list"',
  'Dir::Etc::sourceparts "-"',
  // Else a name that no package has, such as `a.+`, is a regular expression, and installs whatever it fits.
  'APT::Cmd::Pattern-Only "true"',
];

/** Its arguments are the packages. What apt kept for itself is removed. */
const SCRIPT = `set -e -o pipefail
echo "$SOURCES" > /tmp/sources.list
echo "$OPTIONS" > /tmp/apt.conf
export APT_CONFIG=/tmp/apt.conf
{
  apt-get -q update
  apt-get -q -y -o DPkg::Options::=--force-unsafe-io --no-install-recommends install -- "$@"
  apt-get clean
} 2>&1 | cat
rm -rf /var/lib/apt/lists/*`;
