// What a specification may not ask for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Ground, RefusedSpec, judgeSpec } from './judgement.ts';
import { bubblewrapArguments } from './bubblewrap-arguments.ts';
import { groupSettings } from './group-settings.ts';
import { type SandboxSpec } from './spec.ts';

const GROUND: Ground = { places: ['/data/spaces', '/usr'], dataFolder: '/data', users: true };
const SPEC: SandboxSpec = {
  id: 'a1b2',
  hostname: 'space',
  root: [{ from: '/usr', to: '/usr' }],
  mounts: [{ from: '/data/spaces/source/1', to: '/source', access: 'read' }],
  door: '/data/spaces/door/1',
  user: 1001,
  command: ['/bin/true'],
  descriptors: [],
  limits: {
    ...{ memoryBytes: 1 << 28, cpus: 0.5, processes: 64, openFiles: 256, fileBytes: 1 << 30 },
    ...{ homeBytes: 4096, tmpBytes: 8192, sharedMemoryBytes: 16_384 },
  },
};
const show = (from: string, to = '/source'): SandboxSpec => ({
  ...SPEC,
  mounts: [{ from, to, access: 'read' }],
});

void test('judgeSpec() takes what lies in the places', () => {
  judgeSpec(SPEC, GROUND);
});

void test('judgeSpec() refuses what shows more, whatever the places say', () => {
  const everywhere = { ...GROUND, places: ['/'] };
  for (const from of ['/', '/run', '/tmp', '/home', '/etc', '/proc', '/var/lib', '/data'])
    assert.throws(() => judgeSpec(show(from), everywhere), RefusedSpec, from);
  for (const from of ['/data/keys', '/opt/x', '/data/spaces/../keys', '/data/spaces2', 'spaces', '/usr/'])
    assert.throws(() => judgeSpec(show(from), GROUND), RefusedSpec, from);
  assert.throws(() => judgeSpec({ ...SPEC, door: '/run/x' }, GROUND), RefusedSpec);
});

void test('judgeSpec() lets nothing cover what the sandbox has of its own', () => {
  for (const to of ['/', '/proc', '/proc/1', '/dev/shm', '/run', '/a/../proc'])
    assert.throws(() => judgeSpec(show('/data/spaces/x', to), GROUND), RefusedSpec, to);
});

void test('judgeSpec() refuses other users than those for Spaces, and limits that are none', () => {
  for (const user of [0, 1, 999, 65_534, 1.5, null])
    assert.throws(() => judgeSpec({ ...SPEC, user }, GROUND), RefusedSpec, String(user));
  assert.throws(() => judgeSpec(SPEC, { ...GROUND, users: false }), RefusedSpec);
  for (const cpus of [0, -1, NaN, Infinity])
    assert.throws(() => judgeSpec({ ...SPEC, limits: { ...SPEC.limits, cpus } }, GROUND), RefusedSpec);
});

void test('bubblewrapArguments() gives every memory-backed folder a size and closes the root last', () => {
  const words = bubblewrapArguments({
    ...{ spec: SPEC, infoFd: 6, filterFd: 7, firstFileFd: 8 },
    proc: new Set(['/proc/fs', '/proc/kcore', '/proc/loadavg']),
  });
  for (const [at, word] of words.entries())
    if (word === '--tmpfs') assert.equal(words[at - 4], '--size', String(words[at + 1]));
  for (const space of ['user', 'pid', 'ipc', 'uts', 'cgroup', 'net'])
    assert.ok(words.includes(`--unshare-${space}`), space);
  assert.deepEqual(words.slice(-4), ['--remount-ro', '/', '--chdir', '/home/user']);
  assert.ok(!words.includes('/proc/keys'), 'what the kernel does not have cannot be covered');
});

void test('groupSettings() sets memory, processes and processor time in both layouts', () => {
  const of = (version: 1 | 2): Record<string, string> =>
    Object.fromEntries(groupSettings(version, SPEC.limits).map(({ file, value }) => [file, value]));
  assert.deepEqual(of(2), {
    'memory.max': '268435456',
    'memory.swap.max': '0',
    'memory.oom.group': '1',
    'pids.max': '64',
    'cpu.max': '50000 100000',
  });
  assert.equal(of(1)['cpu.cfs_quota_us'], '50000');
  assert.equal(of(1)['memory.limit_in_bytes'], '268435456');
});
