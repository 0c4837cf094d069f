// Runs Debian's tools as root of a sandbox with that one user, who is us outside, without any right over the machine.
import { type Duplex, PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import {
  type Exit,
  PLAIN_ENVIRONMENT,
  findProgram,
  startProcess,
  type RunningProcess,
} from '@holdfast/platform/process';
import { joinCommand } from '../sandbox/index.ts';
import { baseFailed } from './faults.ts';
import { feignedOwnershipFilter } from './feigned-ownership.ts';

/** What is run, and what it sees. */
export interface OneUserWish {
  /** Arguments of bubblewrap for what there is. */
  readonly view: readonly string[];
  readonly command: readonly string[];
  /** Files by which it joins its control groups. */
  readonly joins?: readonly string[];
  /** Given our end of the program's descriptor 6. */
  readonly onChannel?: (channel: Duplex) => void;
  /** Told each line that is said. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/** How it ended, and its last lines. */
export interface OneUserOutcome extends Exit {
  readonly last: readonly string[];
}

/** Files that name the one user. Arguments of bubblewrap, for the end of a view. */
const ACCOUNTS = [
  '--perms',
  '0644',
  '--ro-bind-data',
  '4',
  '/etc/passwd',
  '--perms',
  '0644',
  '--ro-bind-data',
  '5',
  '/etc/group',
];
const ACCOUNT_TEXTS = [
  [4, 'root:x:0:0:root:/root:/bin/sh\n'],
  [5, 'root:x:0:\n'],
] as const;
const NAMESPACES = [
  ...['--unshare-user', '--uid', '0', '--gid', '0', '--cap-add', 'ALL'],
  ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup'],
  ...['--die-with-parent', '--new-session', '--hostname', 'holdfast'],
];
/** Lines that are kept to say why it failed. */
const KEPT_LINES = 12;

/** Runs it to its end. Throws the signal's reason, or `baseFailed` when it cannot be started. */
export async function runAsOneUser(wish: OneUserWish): Promise<OneUserOutcome> {
  const [sandbox, shell] = [findProgram('bwrap'), findProgram('sh')];
  if (sandbox === undefined || shell === undefined)
    throw baseFailed('the program bwrap (Debian package bubblewrap) or sh is missing');
  const filter = feignedOwnershipFilter(process.arch);
  if (filter === undefined) throw baseFailed(`there is no base for processors of the kind ${process.arch}`);
  const child = startProcess(
    joinCommand(shell, wish.joins ?? [], [
      sandbox,
      ...NAMESPACES,
      ...wish.view,
      ...ACCOUNTS,
      ...['--chdir', '/', '--seccomp', '3', '--'],
      ...wish.command,
    ]),
    {
      descriptors: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      env: { ...PLAIN_ENVIRONMENT, LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
      ownSession: true,
    },
  );
  const stop = (): void => child.signal('SIGKILL');
  wish.signal.addEventListener('abort', stop);
  if (wish.signal.aborted) stop();
  try {
    for (const [fd, bytes] of [[3, filter], ...ACCOUNT_TEXTS] as const) give(child.end(fd), bytes);
    wish.onChannel?.(child.end(6));
    const outcome = await attend(child, wish.tell);
    wish.signal.throwIfAborted();
    return outcome;
  } finally {
    wish.signal.removeEventListener('abort', stop);
  }
}

async function attend(child: RunningProcess, tell: (line: string) => void): Promise<OneUserOutcome> {
  const last: string[] = [];
  const listen = async (stream: 1 | 2): Promise<void> => {
    const end = child.end(stream);
    const heard = new PassThrough();
    // One that is destroyed says neither that it ended nor that it broke.
    for (const event of ['error', 'close']) end.on(event, () => heard.end());
    for await (const line of createInterface({ input: end.pipe(heard), crlfDelay: Infinity })) {
      tell(line);
      last.push(line);
      last.splice(0, last.length - KEPT_LINES);
    }
  };
  const [exit] = await Promise.all([child.exited, listen(1), listen(2)]);
  return { ...exit, last };
}

function give(pipe: Duplex, bytes: Buffer | string): void {
  pipe.on('error', () => undefined); // a program that ended early; its exit tells
  pipe.end(bytes);
}
