// The commands around bubblewrap: what puts it under its limits, and what is done first inside. Both are shells with a constant
// script, whose words are arguments: nothing of a specification becomes part of a script.
import { type Command } from '@holdfast/platform/process';
import { type SandboxSpec } from './spec.ts';

/** Programs of this machine that make a sandbox. */
export interface LaunchPrograms {
  readonly bubblewrap: string;
  readonly shell: string;
  readonly setpriv: string;
  readonly prlimit: string;
}

/** How bubblewrap is started. */
export interface Launch {
  readonly programs: LaunchPrograms;
  readonly spec: SandboxSpec;
  /** Files by which a process joins its control groups. */
  readonly joins: readonly string[];
  /** Descriptor from which bubblewrap reads its arguments. */
  readonly argumentsFd: number;
  /** Descriptor on which is said that the sandbox is made. */
  readonly madeFd: number;
}

/** Written to the descriptor once all of ours is done and the program is about to start. */
export const MADE = 'made';

// Joins each control group first, so that not one process of the sandbox is ever outside, and is the first that the
// kernel ends when memory is short. Words up to `--` are the groups' files.
const OUTER = `while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done
shift
echo 1000 > /proc/self/oom_score_adj
exec "$@"`;

/** A command that runs below these groups, in which every process of it stays. */
export function joinCommand(shell: string, joins: readonly string[], command: readonly string[]): Command {
  return { file: shell, args: ['-c', OUTER, 'sandbox', ...joins, '--', ...command] };
}

/** The command that makes the sandbox and runs its program. */
export function launchCommand(launch: Launch): Command {
  const { spec } = launch;
  const { openFiles, fileBytes } = spec.limits;
  const files = [
    `--nofile=${String(openFiles)}:${String(openFiles)}`,
    `--fsize=${String(fileBytes)}:${String(fileBytes)}`,
  ];
  return joinCommand(launch.programs.shell, launch.joins, [
    ...limited(launch, files),
    ...becomeUser(launch),
    ...bubblewrap(launch),
    ...firstInside(launch),
    ...spec.command,
  ]);
}

/** The command that starts gVisor, which makes a sandbox, with the channel on descriptor 0. */
export function gvisorCommand(
  launch: Omit<Launch, 'madeFd'> & { readonly command: readonly string[] },
): Command {
  const { shell } = launch.programs;
  return joinCommand(shell, launch.joins, [
    // What files its program may open and write, gVisor counts: it has some for each itself, and all memory is one file.
    ...limited(launch, []),
    ...becomeUser(launch),
    ...[shell, '-c', 'exec "$@" <&3 3<&-', 'sandbox'],
    ...bubblewrap(launch),
    ...launch.command,
  ]);
}

type Limited = Pick<Launch, 'programs' | 'spec'>;

function limited({ programs }: Limited, further: readonly string[]): string[] {
  return [
    programs.prlimit,
    '--core=0:0',
    ...further,
    '--memlock=65536:65536',
    '--msgqueue=819200:819200',
    '--',
  ];
}

function bubblewrap({ programs, argumentsFd }: Pick<Launch, 'programs' | 'argumentsFd'>): string[] {
  return [programs.bubblewrap, '--args', String(argumentsFd), '--'];
}

// Before bubblewrap, not after: so even a hole in making a sandbox is met as the Space's own user.
function becomeUser(launch: Limited): string[] {
  const { user } = launch.spec;
  if (user === null) return [];
  return [
    launch.programs.setpriv,
    '--reuid',
    String(user),
    '--regid',
    String(user),
    '--clear-groups',
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
    '--',
  ];
}

// With rights over the sandbox's own namespaces and nothing else: no further user namespace can be made in it, and its program
// may listen on every port of its own loopback. Then the rights are given up for good, and the program starts.
function firstInside(launch: Launch): string[] {
  const fd = String(launch.madeFd);
  const script = `echo 0 > /proc/sys/user/max_user_namespaces &&
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start &&
echo ${MADE} >&${fd} &&
exec "$@" ${fd}>&-`;
  return [
    '/bin/sh',
    '-c',
    script,
    'sandbox',
    '/usr/bin/setpriv',
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
    '--',
    // Counted for this sandbox alone, since it has a user namespace of its own.
    '/usr/bin/prlimit',
    `--nproc=${String(launch.spec.limits.processes)}:${String(launch.spec.limits.processes)}`,
    '--',
  ];
}
