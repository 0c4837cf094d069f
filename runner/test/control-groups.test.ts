// What is written where for one sandbox in control groups of version 2. The kernel's rules are played.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { GiB } from '@holdfast/kernel/size';
import { PlayedGroups } from '@holdfast/platform/test/played-groups';
import { ControlGroup } from '../src/sandbox/index.ts';

const ID = 'a'.repeat(24);
const LIMITS = {
  ...{ memoryBytes: 2 * GiB, cpus: 1.5, processes: 512, openFiles: 256, fileBytes: GiB },
  ...{ homeBytes: GiB, tmpBytes: GiB, sharedMemoryBytes: GiB },
};

/** The runner's place, with controllers handed out, and a group in it. */
function openPlace(lacks: readonly string[] = []) {
  const tree = new PlayedGroups('/own', { lacks });
  const path = join(tree.root, 'place');
  tree.make(path);
  const handOut = (): void => tree.write(join(path, 'cgroup.subtree_control'), '+memory +pids +cpu');
  tree.write(join(tree.root, 'cgroup.subtree_control'), '+memory +pids +cpu');
  tree.done.length = 0;
  const open = (): ControlGroup => ControlGroup.open({ version: 2, path }, { id: ID, limits: LIMITS }, tree);
  return { tree, path, handOut, open };
}

void test('ControlGroup.open() writes each limit into the group of the sandbox, before anybody is in it', () => {
  const { tree, path, handOut, open } = openPlace();
  using _tree = tree;
  handOut();
  tree.done.length = 0;
  const group = open();
  assert.deepEqual(tree.done, [
    `make: /place/${ID}`,
    `write 2147483648: /place/${ID}/memory.max`,
    `write 0: /place/${ID}/memory.swap.max`,
    `write 1: /place/${ID}/memory.oom.group`,
    `write 512: /place/${ID}/pids.max`,
    `write 150000 100000: /place/${ID}/cpu.max`,
  ]);
  assert.deepEqual(group.joins, [join(path, ID, 'cgroup.procs')]);
  assert.deepEqual(group.listPids(), []);
});

void test('ControlGroup.open() does without what a kernel without swap has not, and never without a limit', () => {
  const { tree, handOut, open } = openPlace(['memory.swap.max', 'memory.oom.group']);
  using _tree = tree;
  handOut();
  open();
  assert.equal(tree.read(`/place/${ID}/memory.max`), String(2 * GiB));
  assert.ok(!tree.done.some((one) => one.includes('swap') || one.includes('oom')));
});

void test('ControlGroup.open() makes no group without limits where controllers are not handed out, and leaves nothing', () => {
  const { tree, open } = openPlace();
  using _tree = tree;
  assert.throws(open, /memory\.max/);
  assert.deepEqual(tree.below('/place'), []);
});

void test('ControlGroup.kill() ends all at once and lets none be made; remove() leaves nothing', async () => {
  const { tree, handOut, open } = openPlace();
  using _tree = tree;
  handOut();
  const group = open();
  // A number that no process has.
  tree.write(group.joins[0] ?? '', '4194304');
  tree.done.length = 0;
  await group.kill();
  assert.deepEqual(tree.done.slice(0, 2), [
    `write 1: /place/${ID}/cgroup.kill`,
    `write 0: /place/${ID}/pids.max`,
  ]);
  await group.remove();
  assert.deepEqual(tree.below('/place'), []);
});

void test('ControlGroup.strain() blames the processes of a sandbox alone where it was near its own limit', () => {
  const { tree, path, handOut, open } = openPlace();
  using _tree = tree;
  handOut();
  const group = open();
  const say = (file: string, text: string): void => writeFileSync(join(path, ID, file), text);
  say('pids.events', 'max 3\n');
  // Where the kernel does not keep the peak it cannot be told apart.
  assert.deepEqual(group.strain(), ['processes']);
  // The limit of a group above was met.
  say('pids.peak', '12\n');
  assert.deepEqual(group.strain(), []);
  say('pids.peak', '510\n');
  assert.deepEqual(group.strain(), ['processes']);
  say('pids.events', 'max 0\n');
  assert.deepEqual(group.strain(), []);
});
