// A sandbox of a build for tests: bubblewrap with the bare minimum, so that builds are shown to need no more. The real one has
// limits and a filter of system calls, too.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type Duplex, type Readable } from 'node:stream';
import { dirname, join, resolve } from 'node:path';
import { type BuildSandbox, type BuildSandboxWish } from '../../src/build/index.ts';
import { type ControlGroup, joinCommand, type Strain } from '../../src/sandbox/index.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const NODE = dirname(dirname(process.execPath));
const USER = '1000';

const ETC: Readonly<Record<string, string>> = {
  passwd: 'user:x:1000:1000::/home/user:/bin/sh\n',
  group: 'user:x:1000:\n',
  hosts: '127.0.0.1 localhost\n',
  hostname: 'space\n',
  'resolv.conf': 'nameserver 127.0.0.1\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};

/** Opens one. A user namespace comes first, so that low ports can be bound. */
export async function openPlainSandbox(
  wish: BuildSandboxWish,
  group?: Pick<ControlGroup, 'joins' | 'kill' | 'remove' | 'strain'>,
): Promise<BuildSandbox> {
  const etc = dirname(wish.door);
  for (const [name, text] of Object.entries(ETC)) await writeFile(join(etc, name), text);
  const args = [
    ...['--user', `--map-user=${USER}`, `--map-group=${USER}`, '--', 'bwrap'],
    ...['--unshare-all', '--unshare-user', '--die-with-parent', '--new-session', '--clearenv'],
    ...['--cap-add', 'CAP_NET_BIND_SERVICE', '--hostname', 'space'],
    ...['usr', 'etc'].flatMap((name) => ['--ro-bind', join(wish.root, name), `/${name}`]),
    ...['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
    ...['--proc', '/proc', '--tmpfs', '/tmp', '--tmpfs', '/run', '--tmpfs', '/home/user'],
    ...['null', 'zero', 'urandom', 'random'].flatMap((name) => [
      '--dev-bind',
      `/dev/${name}`,
      `/dev/${name}`,
    ]),
    ...['--dir', '/dev/shm', '--symlink', '/proc/self/fd', '/dev/fd'],
    ...Object.keys(ETC).flatMap((name) => ['--ro-bind', join(etc, name), `/etc/${name}`]),
    ...['--ro-bind', NODE, '/opt/holdfast/node', '--ro-bind', wish.door, '/run/holdfast/out'],
    ...['--ro-bind', join(CHECKOUT, 'inside'), '/opt/holdfast/inside'],
    ...wish.mounts.flatMap(({ from, to, access }) => [access === 'write' ? '--bind' : '--ro-bind', from, to]),
    ...['--setenv', 'LD_LIBRARY_PATH', '/opt/holdfast/node/lib', '--remount-ro', '/', '--'],
    ...['/opt/holdfast/node/bin/node', '/opt/holdfast/inside/src/main.ts'],
  ];
  const { file, args: words } = joinCommand('/bin/sh', group?.joins ?? [], ['/usr/bin/unshare', ...args]);
  const child = spawn(file, words, {
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let strain: readonly Strain[] | undefined;
  const exited = once(child, 'exit').then(async ([code, signal]) => {
    strain ??= group?.strain();
    await group?.kill();
    await group?.remove();
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    channel: child.stdio[3] as Duplex,
    output: { stdout: child.stdout as Readable, stderr: child.stderr as Readable },
    exited,
    strain: () => strain ?? group?.strain() ?? [],
    kill: async () => {
      strain ??= group?.strain();
      child.kill('SIGKILL');
      await exited;
    },
  };
}
