// Reaching files that are not the hub's, and changing those that are only for reading.
import {
  appendFileSync,
  linkSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { type Attempt } from './attempt.ts';
import { type Order, type StolenStart } from './order.ts';
import { shell } from './processes.ts';

const CODE = '/opt/holdfast/hub/src/main.ts';
const COMPILED = '/var/cache/holdfast';

/** Every path by every way to it, and what would change the sandbox from inside. */
export function fileAttempts({ settings }: StolenStart, order: Order): Attempt[] {
  const ways = ['', '/proc/1/root', '/proc/self/root/..', '/proc/1/cwd/..', `${settings.objects}/../..`];
  return [
    ...order.paths.flatMap((path) =>
      ways.map((way) => ({ name: `open ${way}${path}`, act: () => open(way + path) })),
    ),
    ...order.paths.map((path) => ({
      name: `a link among the objects to ${path}`,
      act: () => throughLink(settings.objects, path),
    })),
    ...[
      '/root',
      '/home',
      '/etc/shadow',
      '/var/lib/postgres',
      '/etc/holdfast',
      '/run/user',
      '/sys/kernel',
    ].map((path) => ({ name: `open ${path}`, act: () => open(path) })),
    ...descriptors(),
    ...changes(),
  ];
}

function open(path: string): unknown {
  return statSync(path).isDirectory() ? readdirSync(path) : readFileSync(path, 'latin1').slice(0, 20);
}

function throughLink(objects: string, path: string): unknown {
  const link = `${objects}/../intruder-link`;
  try {
    symlinkSync(path, link);
    return open(link);
  } finally {
    unlinkSync(link);
  }
}

// Something left open by whoever started us would be as good as the path to it. The lock by which leftovers are found is
// inherited on purpose; it holds a number and nothing else.
function descriptors(): Attempt[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    const target = findLink(`/proc/self/fd/${fd}`);
    const own =
      /^(socket|pipe|anon_inode):|^\/dev\/(null|urandom)$|^\/(opt\/holdfast|var\/(lib|cache)\/holdfast|var\/lib\/holdfast-removals|proc)\/|\/hub\.lock$/;
    if (target === undefined || own.test(target)) return [];
    return [{ name: `descriptor ${fd}`, act: () => target }];
  });
}

function findLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function changes(): Attempt[] {
  const inside = (script: string): string => shell(`unshare -Urm sh -c '${script}'`);
  return [
    { name: 'change its own code', act: () => appendFileSync(CODE, '\n') },
    {
      name: 'leave compiled code for the next start',
      act: () => appendFileSync(`${COMPILED}/intruder`, 'x'),
    },
    { name: 'change the system', act: () => appendFileSync('/usr/bin/env', '') },
    { name: 'change who its users are', act: () => appendFileSync('/etc/passwd', '') },
    { name: 'write in the root', act: () => linkSync('/etc/passwd', '/passwd') },
    { name: 'mount over its code', act: () => shell('mount --bind /tmp /opt/holdfast/hub') },
    { name: 'make a device', act: () => shell('mknod /tmp/disk b 254 0 && cat /tmp/disk | head -c 1') },
    { name: 'set how crashes are reported', act: () => appendFileSync('/proc/sys/kernel/core_pattern', '') },
    {
      name: 'open its code for writing in a namespace of its own',
      act: () => inside(`mount -o remount,bind,rw /opt/holdfast/hub && echo >>${CODE}`),
    },
    {
      name: 'open its compiled code for writing in a namespace of its own',
      act: () => inside(`mount -o remount,bind,rw ${COMPILED} && echo >${COMPILED}/intruder`),
    },
    {
      name: 'take away what hides the root in a namespace of its own',
      act: () => inside('umount -l /tmp || umount -l /proc || umount -l /opt/holdfast/hub'),
    },
    {
      name: 'see the processes of the machine in a namespace of its own',
      act: () => inside('mount -t proc proc /tmp && ls /tmp/1/root/root'),
    },
  ];
}
