// A program in a sandbox without a network, behind a door.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { bindUnix } from '@holdfast/platform/listeners';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const NODE = dirname(dirname(process.execPath));
const ETC: Readonly<Record<string, string>> = {
  'resolv.conf': 'nameserver 127.0.0.1\n',
  hosts: '127.0.0.1 localhost\n',
  'nsswitch.conf': 'passwd: files\nhosts: files dns\n',
  passwd: 'user:x:1000:1000::/home/user:/bin/bash\n',
};

/** What is to run there. */
export interface Program {
  /** A script of bash. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that are there, too, under their own names, read-only. */
  readonly folders?: readonly string[];
  /** A folder for this test's files. */
  readonly scratch: string;
  /** The folder of the door's socket. */
  readonly out: string;
}

/** Runs it to its end; gives what it wrote. */
export async function runInSandbox(program: Program): Promise<string> {
  const etc = join(program.scratch, 'etc');
  await mkdir(etc, { recursive: true });
  for (const [name, text] of Object.entries(ETC)) await writeFile(join(etc, name), text);
  const binds = [program.out, ...(program.folders ?? [])].flatMap((folder) => ['--ro-bind', folder, folder]);
  const args = [...rootOf(etc), ...binds, '--ro-bind', program.out, '/run/holdfast/out'];
  using incoming = bindUnix(join(program.scratch, 'incoming.sock'));
  const inside = ['--', '/opt/holdfast/node/bin/node', '/opt/holdfast/inside/src/main.ts'];
  // A user namespace of that user first: see `What it needs of the sandbox` in inside/README.md.
  const user = ['--user', '--map-user=1000', '--map-group=1000', '--', 'bwrap'];
  const child = spawn('unshare', [...user, ...args, ...inside], {
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', incoming.handle.fd],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    (stream as Socket).setEncoding('utf8').on('data', (text: string) => (output += text));
  const channel = child.stdio[3] as Socket;
  const command = ['/bin/bash', '-c', program.script];
  const env = {
    PATH: '/opt/holdfast/node/bin:/usr/bin:/bin',
    HOME: '/home/user',
    LD_LIBRARY_PATH: '/opt/holdfast/node/lib',
    ...program.env,
  };
  channel.write(
    `${JSON.stringify({ type: 'start', mode: 'build', command, env, cwd: '/home/user', copy: null, port: null, secrets: null })}\n`,
  );
  channel.on('error', () => undefined).resume();
  await once(child, 'close');
  return output;
}

function rootOf(etc: string): readonly string[] {
  const links = ['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  const devices = ['null', 'zero', 'urandom', 'random'].flatMap((name) => [
    '--dev-bind',
    `/dev/${name}`,
    `/dev/${name}`,
  ]);
  const files = Object.keys(ETC).flatMap((name) => ['--ro-bind', join(etc, name), `/etc/${name}`]);
  return [
    ...['--unshare-all', '--unshare-user', '--die-with-parent', '--new-session', '--clearenv'],
    ...[
      '--cap-add',
      'CAP_NET_BIND_SERVICE',
      '--ro-bind',
      '/usr',
      '/usr',
      ...links,
      '--proc',
      '/proc',
      ...devices,
    ],
    ...['--tmpfs', '/tmp', '--tmpfs', '/run', '--tmpfs', '/home/user', ...files],
    ...['--ro-bind', '/etc/ssl', '/etc/ssl', '--ro-bind-try', '/etc/alternatives', '/etc/alternatives'],
    ...[
      '--ro-bind',
      NODE,
      '/opt/holdfast/node',
      '--ro-bind',
      join(CHECKOUT, 'inside'),
      '/opt/holdfast/inside',
    ],
    ...['--setenv', 'LD_LIBRARY_PATH', '/opt/holdfast/node/lib'],
  ];
}
