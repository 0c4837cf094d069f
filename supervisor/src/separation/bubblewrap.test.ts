// The sandbox's arguments: what is there, in which order, and above all what is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { bubblewrapArguments, type SandboxPlan } from './bubblewrap.ts';

const PLAN: SandboxPlan = {
  confinement: {
    mounts: [
      { from: '/srv/holdfast/data/objects', to: '/var/lib/holdfast', access: 'write' },
      { from: '/home/me/code/hub', to: '/opt/holdfast/hub', access: 'read' },
    ],
    network: false,
  },
  system: { '/lib': 'usr/lib', '/lib64': 'folder' },
  userNamespace: false,
  accounts: '/srv/holdfast/data/run/etc',
  infoFd: 6,
  filterFd: 7,
};

/** The values that follow a flag, each time it occurs. */
function after(args: readonly string[], flag: string, count: number): string[][] {
  return args.flatMap((word, index) => (word === flag ? [args.slice(index + 1, index + 1 + count)] : []));
}

void test('bubblewrapArguments() shows the mounts, each with its right, and nothing else of the host', () => {
  const args = bubblewrapArguments(PLAN);
  assert.deepEqual(after(args, '--bind', 2), [['/srv/holdfast/data/objects', '/var/lib/holdfast']]);
  const shown = [...after(args, '--ro-bind', 2), ...after(args, '--ro-bind-try', 2)].map(([from]) => from);
  assert.deepEqual(
    shown.filter((path) => !path?.startsWith('/etc/ld.so')),
    [
      '/usr',
      '/lib64',
      '/srv/holdfast/data/run/etc/passwd',
      '/srv/holdfast/data/run/etc/group',
      '/home/me/code/hub',
      '/etc/localtime',
    ],
  );
  for (const closed of ['/', '/run', '/home', '/root', '/var', '/srv', '/dev', '/proc', '/tmp', '/etc'])
    assert.ok(!shown.includes(closed), closed);
});

void test('bubblewrapArguments() leaves every namespace but the user one to root', () => {
  const args = bubblewrapArguments(PLAN);
  for (const kind of ['pid', 'ipc', 'uts', 'cgroup', 'net'])
    assert.ok(args.includes(`--unshare-${kind}`), kind);
  assert.ok(!args.includes('--unshare-user'));
  assert.ok(bubblewrapArguments({ ...PLAN, userNamespace: true }).includes('--unshare-user'));
});

void test('bubblewrapArguments() leaves who makes sandboxes among the control groups that those are put into', () => {
  const args = bubblewrapArguments({ ...PLAN, confinement: { ...PLAN.confinement, makesSandboxes: true } });
  assert.ok(!args.includes('--unshare-cgroup') && args.includes('--unshare-pid'));
});

void test('bubblewrapArguments() gives the network, and what resolving names needs, only where it is asked for', () => {
  const open = bubblewrapArguments({ ...PLAN, confinement: { ...PLAN.confinement, network: true } });
  assert.ok(!open.includes('--unshare-net') && open.includes('/etc/resolv.conf'));
  assert.ok(!bubblewrapArguments(PLAN).includes('/etc/resolv.conf'));
});

void test('bubblewrapArguments() ties the sandbox to us and closes its root last', () => {
  const args = bubblewrapArguments(PLAN);
  assert.ok(args.includes('--die-with-parent') && args.includes('--new-session'));
  assert.ok(
    !args.includes('--as-pid-1'),
    'the death of ours would not reach a child that became another user',
  );
  assert.deepEqual(args.slice(-4), ['--remount-ro', '/', '--chdir', '/']);
  assert.deepEqual(after(args, '--info-fd', 1), [['6']]);
  assert.deepEqual(after(args, '--seccomp', 1), [['7']]);
});

void test('bubblewrapArguments() makes the way to each mount passable before the mount', () => {
  const args = bubblewrapArguments(PLAN);
  for (const folder of ['/var', '/var/lib', '/opt', '/opt/holdfast']) {
    const at = args.findIndex((word, index) => word === folder && args[index - 1] === '--dir');
    assert.ok(at > 0 && args[at - 2] === '0755', folder);
    assert.ok(at < args.indexOf('/var/lib/holdfast'), folder);
  }
});
