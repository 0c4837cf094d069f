// Control groups of version 2 as the kernel keeps them: the place that the supervisor makes, and each limit of a sandbox. Run by
// unified-groups.test.ts under a kernel that has them.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { ControlGroup, joinCommand } from '../../src/sandbox/index.ts';
import { makeGroups, type MadeGroups } from '../harness/machine.ts';

const ID = 'a'.repeat(24);
const LIMITS = {
  ...{ memoryBytes: 64 * MiB, cpus: 0.2, processes: 20, openFiles: 256, fileBytes: MiB },
  ...{ homeBytes: MiB, tmpBytes: MiB, sharedMemoryBytes: MiB },
};
const USER = 1234;
const AS_USER = join(import.meta.dirname, 'as-user.ts');

function open(made: MadeGroups): ControlGroup {
  return ControlGroup.open(made.groups, { id: ID, limits: LIMITS });
}

function start(group: ControlGroup, script: string): ChildProcess {
  const { file, args } = joinCommand('/bin/sh', group.joins, ['/usr/bin/python3', '-I', '-c', script]);
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: '/usr/bin:/bin' } });
}

async function end(made: MadeGroups, group: ControlGroup): Promise<void> {
  await group.kill();
  await group.remove();
  assert.equal(existsSync(pathOf(made)), true);
  assert.deepEqual(groupsIn(made), []);
  made.remove();
  assert.equal(existsSync(pathOf(made)), false);
}

function pathOf({ groups }: MadeGroups): string {
  assert.ok(groups.version === 2, 'this kernel has version 2');
  return groups.path;
}

function groupsIn(made: MadeGroups): string[] {
  return readdirSync(pathOf(made)).filter((name) => name === ID);
}

void test('version 2: a group gets no more of the processors than its share', async () => {
  const made = makeGroups(0);
  const group = open(made);
  const program = start(group, 'print("ready", flush=True)\nwhile True: pass');
  await once(program.stdout ?? program, 'data');
  const [before, began] = [group.cpuMicroseconds() ?? 0, performance.now()];
  await delay(5_000);
  const share = ((group.cpuMicroseconds() ?? 0) - before) / 1000 / (performance.now() - began);
  assert.ok(share > 0.02 && share < LIMITS.cpus * 1.5, `it had ${share.toFixed(2)} of a processor`);
  await end(made, group);
});

void test('version 2: memory that is used up ends all of the group, and is told', async () => {
  const made = makeGroups(0);
  const group = open(made);
  const script = 'import os\nif os.fork() == 0:\n  import time; time.sleep(600)\nkept = b"x" * (200 << 20)';
  const program = start(group, script);
  const [, signal] = (await once(program, 'exit')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  for (let round = 0; round < 100 && group.listPids().length > 0; round += 1) await delay(50);
  assert.deepEqual(group.listPids(), [], 'its child, which had nothing, ended with it');
  assert.deepEqual(group.strain(), ['memory']);
  assert.equal(readFileSync(join(pathOf(made), ID, 'memory.swap.max'), 'utf8').trim(), '0');
  await end(made, group);
});

void test('version 2: no more processes are made than the group may have, and that is told', async () => {
  const made = makeGroups(0);
  const group = open(made);
  const script = `
import os, time
n = 1
try:
    while os.fork(): n += 1
    time.sleep(600)
except OSError as error:
    print(n, error.strerror, flush=True)
time.sleep(600)`;
  const program = start(group, script);
  const [said] = (await once(program.stdout ?? program, 'data')) as [Buffer];
  assert.equal(String(said), `${String(LIMITS.processes)} Resource temporarily unavailable\n`);
  assert.equal(group.listPids().length, LIMITS.processes);
  assert.deepEqual(group.strain(), ['processes']);
  const closed = once(program, 'close');
  await end(made, group);
  await closed;
});

void test('version 2: an ordinary user makes the place in the one group that is theirs, which they are in themselves', async () => {
  const unit = '/sys/fs/cgroup/unit';
  writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+memory +pids +cpu');
  mkdirSync(unit);
  for (const name of ['', '/cgroup.procs', '/cgroup.threads', '/cgroup.subtree_control'])
    chownSync(`${unit}${name}`, USER, USER);
  const enter = `echo 0 > ${unit}/cgroup.procs && exec setpriv --reuid ${String(USER)} --regid ${String(USER)} --clear-groups "$@"`;
  const command = [process.execPath, AS_USER];
  const program = spawn('/bin/sh', ['-c', enter, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin' },
  });
  let said = '';
  program.stdout.on('data', (bytes: Buffer) => {
    said += String(bytes);
  });
  const [code] = (await once(program, 'close')) as [number];
  assert.equal(code, 0, said);
  const { own, isIn } = JSON.parse(said) as { readonly own: string; readonly isIn: boolean };
  assert.match(own, /^0::\/unit\/holdfast-here-[0-9a-f]{6}\.\d+\.\d+\/runner$/);
  assert.equal(isIn, true);
  for (const path of [...readdirSync(unit, { recursive: true }).map(String).toSorted().toReversed(), ''])
    if (existsSync(`${unit}/${path}/cgroup.procs`)) rmdirSync(`${unit}/${path}`);
});
