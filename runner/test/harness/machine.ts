// Gives a test what the supervisor gives the runner: a user namespace with a range of users where it is root, or a process of an
// ordinary user; control groups of its own; a folder. Root makes both kinds, anybody else the second.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex } from 'node:stream';
import { Channel } from '@holdfast/platform/channel';
import { findProgram } from '@holdfast/platform/process';
import { openCgroupFolder } from '@holdfast/supervisor/separation/cgroup-folder';
import { type ControlGroups, type SandboxRuntime } from '../../src/sandbox/index.ts';

/** How the runner is started. */
export type Level = 'uids' | 'namespaces';

/** The levels that can be tried by whoever runs the tests. */
export function levelsHere(): readonly Level[] {
  return process.getuid?.() === 0 ? ['uids', 'namespaces'] : ['namespaces'];
}

/** The levels and the runtimes that can be tried: gVisor where it is installed. */
export function waysHere(): readonly { readonly level: Level; readonly runtime: SandboxRuntime['name'] }[] {
  const runtimes = hasGvisor() ? (['bubblewrap', 'gvisor'] as const) : (['bubblewrap'] as const);
  return runtimes.flatMap((runtime) => levelsHere().map((level) => ({ level, runtime })));
}

/** Whether gVisor is installed. */
export function hasGvisor(): boolean {
  return findProgram('runsc') !== undefined;
}

/** What an agent is told first. */
export interface AgentStart {
  readonly runtime: SandboxRuntime['name'];
  readonly folder: string;
  readonly groups: ControlGroups | null;
  readonly level: Level;
}

/** A runner's place in which tests happen. */
export interface Machine extends AsyncDisposable {
  /** Has the agent do something by its name. Rejects with what it threw. */
  run(name: string): Promise<unknown>;
  /** Ends the agent by SIGKILL, which ends nothing of what it made. */
  crash(): Promise<void>;
}

// Numbers that no user of the machine has: the runner, and the range of the Spaces.
const RUNNER = 1_879_040_000;
const RANGE = 1_879_048_192;

/** Opens one, with control groups where they can be made and are wanted. */
export async function openMachine(
  level: Level,
  runtime: SandboxRuntime['name'] = 'bubblewrap',
  { isGrouped = true }: { readonly isGrouped?: boolean } = {},
): Promise<Machine> {
  const root = process.getuid?.() === 0;
  const owner = root ? RUNNER : (process.getuid?.() ?? 0);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-sandbox-'));
  chmodSync(folder, 0o711);
  if (root) chownSync(folder, owner, owner);
  const groups = root && isGrouped ? makeGroups(owner) : null;
  const agent = level === 'uids' ? await startMapped(owner) : startPlain(root ? owner : undefined);
  groups?.adopt(agent.pid ?? 0);
  const channel = new Channel(agent.stdio[3] as Duplex);
  const start: AgentStart = { folder, groups: groups?.groups ?? null, level, runtime };
  channel.send(start);
  return {
    run: async (name) => {
      channel.send({ run: name });
      const answer = (await channel.next()) as
        { readonly value?: unknown; readonly error?: string } | undefined;
      if (answer === undefined) throw new Error('the agent ended');
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value;
    },
    crash: async () => {
      const ended = once(agent, 'exit');
      agent.kill('SIGKILL');
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      channel.send({ end: true });
      const ended = once(agent, 'exit');
      const timer = setTimeout(() => agent.kill('SIGKILL'), 3_000);
      if (agent.exitCode === null && agent.signalCode === null) await ended;
      clearTimeout(timer);
      groups?.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const AGENT = join(import.meta.dirname, 'agent.ts');

function startPlain(user: number | undefined): ReturnType<typeof spawn> {
  const agent = [process.execPath, AGENT];
  const become =
    user === undefined ? [] : ['--reuid', String(user), '--regid', String(user), '--clear-groups', '--'];
  const [file = '', ...args] = user === undefined ? agent : ['/usr/bin/setpriv', ...become, ...agent];
  return spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], env: PLAIN, cwd: '/' });
}

const PLAIN = { PATH: '/usr/bin:/bin' };

// A holder keeps the namespace until the agent is in it.
async function startMapped(owner: number): Promise<ReturnType<typeof spawn>> {
  const holder = spawn('/usr/bin/unshare', ['--user', '--', '/bin/sh', '-c', 'echo; read _'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: PLAIN,
  });
  await once(holder.stdout, 'data');
  const map = `0 ${String(owner)} 1\n1 ${String(RANGE)} 65535\n`;
  for (const kind of ['uid_map', 'gid_map']) writeFileSync(`/proc/${String(holder.pid)}/${kind}`, map);
  const space = `--user=/proc/${String(holder.pid)}/ns/user`;
  const args = [space, '--setuid', '0', '--setgid', '0', '--', process.execPath, AGENT];
  const agent = spawn('/usr/bin/nsenter', args, {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: PLAIN,
    cwd: '/',
  });
  agent.once('exit', () => holder.stdin.end('\n'));
  return agent;
}

/** A place for groups of sandboxes. */
export interface MadeGroups {
  readonly groups: ControlGroups;
  /** Puts a process where it may move others into them. */
  adopt(pid: number): void;
  /** Throws while there is a group in it. */
  remove(): void;
}

/** Makes one for this user. Takes root. */
export function makeGroups(owner: number): MadeGroups {
  const name = `holdfast-test-${randomBytes(4).toString('hex')}`;
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return makeUnified(name, owner);
  const [memory, pids, cpu] = ['memory', 'pids', 'cpu'].map(
    (controller) => `/sys/fs/cgroup/${controller}/${name}`,
  );
  if (memory === undefined || pids === undefined || cpu === undefined) throw new TypeError('three folders');
  const folders = [memory, pids, cpu];
  for (const folder of folders) {
    mkdirSync(folder);
    chownSync(folder, owner, owner);
  }
  return {
    groups: { version: 1, memory, pids, cpu },
    adopt: () => undefined,
    remove: () => {
      for (const folder of folders) rmdirSync(folder);
    },
  };
}

// As the supervisor makes it for the runner: who is in a group that the owner may not change can move nobody out of it.
function makeUnified(name: string, owner: number): MadeGroups {
  const folder = openCgroupFolder(name.replace('holdfast-', ''), { name, uid: owner, gid: owner });
  const path = folder?.mounts[0]?.from;
  if (folder === undefined || path === undefined) throw new Error('no control group can be made here');
  return {
    groups: { version: 2, path },
    adopt: (pid) => {
      folder.adopt(pid);
    },
    remove: () => {
      if (!folder.remove()) throw new Error(`the control group ${path} holds processes still`);
    },
  };
}
