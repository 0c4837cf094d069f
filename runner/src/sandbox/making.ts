// The steps that making a sandbox takes, however it is made: judge, limit, start, wait until it is closed, and leave nothing when
// that fails.
import { chownSync, lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningProcess } from '@holdfast/platform/process';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { ControlGroup, type ControlGroups } from './control-groups.ts';
import { type Ground, judgeSpec } from './judgement.ts';
import { endProcess, findProcess } from './known-process.ts';
import { type Sandbox, SandboxUnavailable } from './sandbox.ts';
import { type SocketSearch } from './socket-search.ts';
import { type SandboxLimits, type SandboxSpec } from './spec.ts';

/** Where and under which limits it happens. */
export interface MakingGround extends Ground {
  readonly sockets: SocketSearch;
  /** `null`: without limits for a sandbox as a whole, because the operator said so. */
  readonly groups: ControlGroups | null;
}

/** What was started. */
export interface Started {
  readonly outer: RunningProcess;
  /** Pid of the process with which all others end. */
  readonly first: Promise<number | undefined>;
  /** Whether all of ours is done and the program starts. */
  readonly made: Promise<boolean>;
}

/** How a sandbox is started. */
export interface Way {
  /** What the group allows: what the way itself takes is added. */
  readonly limits: (limits: SandboxLimits) => SandboxLimits;
  /** Starts it below these groups. */
  readonly start: (joins: readonly string[]) => Started;
}

/** Makes a sandbox. Throws a `RefusedSpec` or a `SandboxUnavailable`; nothing is left then. */
export async function makeSandbox(spec: SandboxSpec, ground: MakingGround, way: Way): Promise<Sandbox> {
  judgeSpec(spec, ground);
  await ground.sockets.check(spec);
  giveToUser(spec);
  const { groups } = ground;
  const group =
    groups === null ? undefined : ControlGroup.open(groups, { id: spec.id, limits: way.limits(spec.limits) });
  const started = way.start(group?.joins ?? []);
  const made = await Promise.race([started.made, gone(started.outer), patience()]);
  if (!made) started.outer.signal('SIGKILL');
  const pid = await started.first;
  const first = pid === undefined ? undefined : findProcess(pid);
  if (made && first !== undefined) return new BubblewrapSandbox({ spec, outer: started.outer, first, group });
  if (first !== undefined) endProcess(first);
  // Before the group is waited for: a moment later nobody has what it said.
  const said = await lastWords(started.outer);
  await group?.kill();
  await group?.remove();
  throw new SandboxUnavailable(`the sandbox could not be made: ${said}`);
}

/** What the user of a Space writes to or connects to is theirs; all else stays ours. */
function giveToUser(spec: SandboxSpec): void {
  if (spec.user === null) return;
  for (const mount of spec.mounts) if (mount.access === 'write') chownSync(mount.from, spec.user, spec.user);
  for (const name of readdirSync(spec.door)) lchownSync(join(spec.door, name), spec.user, spec.user);
}

/** Gives a program bytes on one of its descriptors. */
export function give(outer: RunningProcess, fd: number, bytes: string | Buffer): void {
  const pipe = outer.end(fd);
  // One that ended early does not read; that it ended tells.
  pipe.on('error', () => undefined);
  pipe.end(bytes);
}

async function gone(outer: RunningProcess): Promise<false> {
  await outer.exited.catch(() => undefined);
  return false;
}

const PATIENCE = 20_000;

async function patience(): Promise<false> {
  const { promise, resolve } = Promise.withResolvers<false>();
  setTimeout(() => {
    resolve(false);
  }, PATIENCE).unref();
  return await promise;
}

const LONGEST_WORDS = 2_000;

async function lastWords(outer: RunningProcess): Promise<string> {
  let text = '';
  try {
    for await (const chunk of outer.end(2)) text = (text + String(chunk)).slice(-LONGEST_WORDS);
  } catch {
    // What was read before counts.
  }
  return text.trim() === '' ? 'it ended without a word' : text.trim();
}
