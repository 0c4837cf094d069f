// Where the place for sandboxes is made among control groups of version 2, and by which steps. The kernel's rules are played.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { PlayedGroups } from '@holdfast/platform/test/played-groups';
import { findCgroupProblem, openCgroupFolder, type CgroupFolder } from '../src/separation/cgroup-folder.ts';

const HAND_OUT = 'write +memory +pids +cpu';

/** The path of the folder below the tree. */
function pathOf(tree: PlayedGroups, folder: CgroupFolder | undefined): string {
  const from = folder?.mounts[0]?.from;
  assert.ok(from !== undefined && from.startsWith(`${tree.root}/`), 'no folder was made');
  return from.slice(tree.root.length);
}

function nameless(done: readonly string[]): string[] {
  return done.map((one) => one.replaceAll(/holdfast-here-[0-9a-f]{6}\.\d+\.\d+/g, 'NEW'));
}

void test('openCgroupFolder() goes to the nearest group above ours that holds no process, and hands out controllers before it makes a leaf', () => {
  using tree = new PlayedGroups('/system.slice/holdfast.service');
  const folder = openCgroupFolder('here', undefined, tree);
  assert.deepEqual(folder?.place, { version: 2, path: '/run/cgroup' });
  assert.match(pathOf(tree, folder), /^\/system\.slice\/holdfast-here-[0-9a-f]{6}\.\d+\.\d+$/);
  assert.deepEqual(nameless(tree.done), [
    'make: /system.slice/NEW',
    `${HAND_OUT}: /system.slice/NEW/cgroup.subtree_control`,
    'make: /system.slice/NEW/runner',
  ]);
  assert.deepEqual(tree.below('/system.slice').length, 2);
});

void test('openCgroupFolder() has the runner be in a leaf, so that groups beside it may take its sandboxes', () => {
  using tree = new PlayedGroups('/system.slice/holdfast.service');
  const folder = openCgroupFolder('here', undefined, tree);
  folder?.adopt(process.pid);
  const path = pathOf(tree, folder);
  assert.equal(tree.read(`${path}/runner/cgroup.procs`), String(process.pid));
  assert.equal(tree.read(`${path}/cgroup.procs`), '');
  assert.equal(tree.read('/system.slice/holdfast.service/cgroup.procs'), '');
});

void test('openCgroupFolder() makes it as an ordinary user below what systemd delegates, and changes nothing above that', () => {
  const manager = '/user.slice/user-1000.slice/user@1000.service';
  using tree = new PlayedGroups(`${manager}/app.slice/run-r1.scope`, { delegated: manager });
  assert.ok(
    pathOf(tree, openCgroupFolder('here', undefined, tree)).startsWith(`${manager}/app.slice/holdfast-here-`),
  );
  assert.ok(
    tree.done.every((one) => one.includes(`: ${manager}/`)),
    tree.done.join('\n'),
  );
});

void test('openCgroupFolder() makes room in a unit that holds us and is all that is ours', () => {
  const unit = '/system.slice/holdfast.service';
  using tree = new PlayedGroups(unit, { delegated: unit });
  const folder = openCgroupFolder('here', undefined, tree);
  assert.match(
    pathOf(tree, folder),
    /^\/system\.slice\/holdfast\.service\/holdfast-here-[0-9a-f]{6}\.\d+\.\d+$/,
  );
  assert.equal(tree.read(`${unit}/cgroup.procs`), '');
  assert.equal(tree.read(`${unit}/beside-holdfast/cgroup.procs`), String(process.pid));
  folder?.adopt(process.pid);
  assert.equal(tree.read(`${pathOf(tree, folder)}/runner/cgroup.procs`), String(process.pid));
});

void test('openCgroupFolder() moves nobody where a controller is missing, and it is named', () => {
  const unit = '/system.slice/holdfast.service';
  using tree = new PlayedGroups(unit, { delegated: unit, controllers: ['memory', 'pids'] });
  assert.equal(openCgroupFolder('here', undefined, tree), undefined);
  assert.deepEqual(tree.done, []);
  assert.match(findCgroupProblem(tree) ?? '', /holdfast\.service lacks the controller cpu$/);
  assert.equal(tree.read(`${unit}/cgroup.procs`), String(process.pid));
});

void test('openCgroupFolder() moves nobody out of a group that others are in, and says so', () => {
  for (const stranger of ['1', '0', String(process.ppid)]) {
    const unit = '/system.slice/holdfast.service';
    using tree = new PlayedGroups(unit, { delegated: unit });
    writeFileSync(join(tree.root, unit, 'cgroup.procs'), `${stranger}\n${String(process.pid)}\n`);
    assert.equal(openCgroupFolder('here', undefined, tree), undefined);
    assert.match(findCgroupProblem(tree) ?? '', /holds processes that are not of this program/);
    assert.deepEqual(tree.done, [], stranger);
    assert.deepEqual(tree.below(unit), [], stranger);
  }
});

void test('openCgroupFolder() takes back what it moved where the folder cannot be made then', () => {
  const unit = '/system.slice/holdfast.service';
  using tree = new PlayedGroups(unit, { delegated: unit });
  const kernel = {
    ...{ root: tree.root, own: tree.own },
    make: (path: string) => {
      tree.make(path);
    },
    remove: (path: string) => {
      tree.remove(path);
    },
    write: (path: string, text: string) => {
      if (path.endsWith('cgroup.subtree_control')) throw new Error('EINVAL');
      tree.write(path, text);
    },
  };
  assert.equal(openCgroupFolder('here', undefined, kernel), undefined);
  assert.equal(tree.read(`${unit}/cgroup.procs`), String(process.pid));
  assert.deepEqual(tree.below(unit), []);
});

void test('adopt() goes on without a process that has ended, and hides no other refusal', () => {
  using tree = new PlayedGroups('/system.slice/holdfast.service');
  let code: string | undefined;
  const kernel = {
    ...{ root: tree.root, own: tree.own },
    make: (path: string) => {
      tree.make(path);
    },
    remove: (path: string) => {
      tree.remove(path);
    },
    write: (path: string, text: string) => {
      if (code !== undefined) throw Object.assign(new Error(code), { code });
      tree.write(path, text);
    },
  };
  const folder = openCgroupFolder('here', undefined, kernel);
  code = 'ESRCH';
  folder?.adopt(process.pid);
  code = 'EACCES';
  assert.throws(() => folder?.adopt(process.pid), /EACCES/);
});

void test('remove() leaves nothing, once no process is there any more', () => {
  using tree = new PlayedGroups('/system.slice/holdfast.service');
  const folder = openCgroupFolder('here', undefined, tree);
  const path = pathOf(tree, folder);
  tree.make(join(tree.root, path, '0'.repeat(24)));
  folder?.adopt(process.pid);
  assert.equal(folder?.remove(), false);
  tree.write(join(tree.root, '/system.slice/holdfast.service/cgroup.procs'), String(process.pid));
  assert.equal(folder.remove(), true);
  assert.deepEqual(tree.below('/system.slice'), ['holdfast.service']);
  assert.equal(folder.remove(), true, 'twice does no harm');
});

void test('findCgroupProblem() finds that room could be made, and moves nobody', () => {
  const unit = '/system.slice/holdfast.service';
  using tree = new PlayedGroups(unit, { delegated: unit });
  assert.equal(findCgroupProblem(tree), undefined);
  assert.equal(tree.read(`${unit}/cgroup.procs`), String(process.pid));
  assert.deepEqual(tree.below(unit), []);
  assert.ok(!tree.done.some((one) => one.includes('cgroup.procs')), tree.done.join('\n'));
});

void test('openCgroupFolder() makes none, and leaves nothing, where nothing is delegated', () => {
  using tree = new PlayedGroups('/user.slice/user-1000.slice/session-3.scope', { delegated: '/elsewhere' });
  assert.equal(openCgroupFolder('here', undefined, tree), undefined);
  assert.deepEqual(tree.done, []);
});

void test('openCgroupFolder() begins at the root where our group is one that only the host has', () => {
  using tree = new PlayedGroups('/', { said: '/../../system.slice/docker-1.scope' });
  assert.match(
    pathOf(tree, openCgroupFolder('here', undefined, tree)),
    /^\/holdfast-here-[0-9a-f]{6}\.\d+\.\d+$/,
  );
});

void test('openCgroupFolder() removes what a start before left, but for what still holds a process', () => {
  using tree = new PlayedGroups('/system.slice/holdfast.service');
  const [first, second] = [1, 2].map(() => pathOf(tree, openCgroupFolder('here', undefined, tree)));
  assert.deepEqual(
    tree.below('/system.slice').filter((name) => name.startsWith('holdfast-here-')),
    [second?.slice('/system.slice/'.length)],
  );
  assert.notEqual(first, second);
  const busy = join(tree.root, second ?? '', 'runner');
  tree.write(join(busy, 'cgroup.procs'), '4194304');
  openCgroupFolder('here', undefined, tree);
  assert.equal(tree.read(`${second ?? ''}/runner/cgroup.procs`), '4194304');
  assert.equal(tree.below('/system.slice').length, 3);
});

void test('openCgroupFolder() removes what an instance left that was killed and is never started again, and nothing of one that may live', () => {
  using tree = new PlayedGroups('/system.slice/holdfast.service');
  const path = pathOf(tree, openCgroupFolder('here', undefined, tree));
  const [, namespace = ''] = /\.(\d+)\.\d+$/.exec(path) ?? [];
  // A number that no process has, since the kernel gives none so high.
  const gone = '4194304';
  const names = {
    killed: `holdfast-other-abcdef.${namespace}.${gone}`,
    busy: `holdfast-busy-abcdef.${namespace}.${gone}`,
    alive: `holdfast-alive-abcdef.${namespace}.${String(process.ppid)}`,
    elsewhere: `holdfast-elsewhere-abcdef.1.${gone}`,
    untold: 'holdfast-untold-abcdef',
    stranger: `stranger-other-abcdef.${namespace}.${gone}`,
  };
  for (const name of Object.values(names)) {
    tree.make(join(tree.root, 'system.slice', name));
    tree.make(join(tree.root, 'system.slice', name, 'runner'));
  }
  tree.write(join(tree.root, 'system.slice', names.busy, 'runner/cgroup.procs'), gone);
  openCgroupFolder('new', undefined, tree);
  const left = tree.below('/system.slice');
  assert.deepEqual(
    Object.entries(names)
      .filter(([, name]) => !left.includes(name))
      .map(([what]) => what),
    ['killed'],
  );
});
