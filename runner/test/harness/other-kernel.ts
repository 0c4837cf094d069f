// Runs tests under a kernel of their own, which has control groups of version 2 and no others: Linux as a program, which sees the files of
// this machine, read-only, and has memory, processes and mounts of its own. What is mounted on this machine stays as it is.
import { spawn } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Which tests, and how long they may take in milliseconds. */
export interface OtherKernelWish {
  /** The project's folder. */
  readonly root: string;
  readonly files: readonly string[];
  /** Of the names of the tests. */
  readonly pattern: string;
  readonly timeout: number;
}

// That of a Python is mapped all the time: this kernel forgets what it read of a file that nobody has open, and gives back the pages of a
// program before it finds that a group has no memory left.
const KEEP_PYTHON = `python3 -I -c 'import os, json, socket, time
while True: time.sleep(1000)' &`;
const HALT = `python3 -I -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321fedc)'`;

// Where the project is may be below what is covered.
function firstProgram({ root, files, pattern, timeout }: OtherKernelWish): string {
  const seconds = String(Math.floor(timeout / 1000));
  const node = [
    process.execPath,
    '--test',
    '--test-reporter=tap',
    '--test-concurrency=1',
    '--test-timeout=600000',
  ].join("' '");
  return `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run
mount -n -t proc proc /proc
mount -n -t sysfs sysfs /sys
mount -n --bind '${root}' /mnt
mount -n -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p '${root}'
mount -n --move /mnt '${root}'
mount -n -t tmpfs tmpfs /run
mkdir -p /dev/shm
mount -n -t tmpfs tmpfs /dev/shm
mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
ln -s /proc/self/fd /dev/fd
ip link set lo up
cd '${root}'
${KEEP_PYTHON}
sleep 3
echo "controllers: $(cat /sys/fs/cgroup/cgroup.controllers)"
timeout ${seconds} '${node}' '--test-name-pattern=${pattern}' ${files.map((file) => `'${file}'`).join(' ')} 2>&1
${HALT}
`;
}

/** Runs them, and tells all that was said, in TAP. Takes root. */
export async function runUnderOtherKernel(wish: OtherKernelWish): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'holdfast-kernel-'));
  const init = join(folder.path, 'init');
  await writeFile(init, firstProgram(wish), { mode: 0o755 });
  const args = ['mem=3G', 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', `init=${init}`];
  // It ends with the test, also where that is killed.
  const command = [
    '--pdeathsig',
    'KILL',
    '/usr/bin/linux.uml',
    ...args,
    'con=null',
    'con0=fd:0,fd:1',
    'quiet',
  ];
  const kernel = spawn('/usr/bin/setpriv', command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its memory is a file in this folder.
    env: { PATH: '/usr/bin:/bin', HOME: folder.path, TMPDIR: folder.path },
    timeout: wish.timeout + 60_000,
  });
  const [said, warned] = await Promise.all([text(kernel.stdout), text(kernel.stderr)]);
  return `${said}\n${warned}`.replaceAll('\r', '');
}
