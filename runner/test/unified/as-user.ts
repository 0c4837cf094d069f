// Makes the place for groups as the supervisor does, goes into it as the runner is put, makes a group and has a program in it; then says
// where it is itself, and whether the program was in the group.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { findCgroupProblem, openCgroupFolder } from '@holdfast/supervisor/separation/cgroup-folder';
import { ControlGroup, joinCommand } from '../../src/sandbox/index.ts';

const LIMITS = {
  ...{ memoryBytes: 64 * MiB, cpus: 0.2, processes: 20, openFiles: 256, fileBytes: MiB },
  ...{ homeBytes: MiB, tmpBytes: MiB, sharedMemoryBytes: MiB },
};

const problem = findCgroupProblem();
if (problem !== undefined) throw new Error(problem);
const folder = openCgroupFolder('here', undefined);
const path = folder?.mounts[0]?.from;
if (folder === undefined || path === undefined) throw new Error('no place was made');
folder.adopt(process.pid);
const group = ControlGroup.open({ version: 2, path }, { id: 'a'.repeat(24), limits: LIMITS });
const { file, args } = joinCommand('/bin/sh', group.joins, ['/bin/sleep', '600']);
const program = spawn(file, args, {
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { PATH: '/usr/bin:/bin' },
});
await once(program, 'spawn');
for (let round = 0; round < 100 && group.listPids().length === 0; round += 1) await delay(50);
const pids = group.listPids();
await group.kill();
await group.remove();
const own = readFileSync('/proc/self/cgroup', 'utf8').trim();
process.stdout.write(JSON.stringify({ own, isIn: pids.includes(program.pid ?? 0) }));
