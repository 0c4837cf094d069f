// A lock on a file that the kernel holds. It ends with the last process that has its descriptor, so that a crash
// leaves none behind, and a process that inherited it keeps it for as long as it lives.
import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeSync,
} from 'node:fs';
import { type Descriptor, findProgram, runProcess } from './process.ts';

// BSD's open(2) can lock at once; Linux has no such flag, so there the system's `flock` locks our open file.
const O_EXLOCK = 0x20;

/** A lock that is held until it is disposed of or the process ends. */
export interface Lock extends Disposable {
  /** To be inherited by a process that shall keep the lock after us. */
  readonly descriptor: Descriptor;
}

/** The lock is somebody else's. `holder` is what they wrote into it: the pid, when they got that far. */
export interface LockRefused {
  readonly holder: string;
}

/** Takes the lock on this file, which is made when missing, and writes our pid into it for people to read. */
export async function openLock(path: string): Promise<Lock | LockRefused> {
  const fd = process.platform === 'linux' ? await lockOnLinux(path) : lockOnBsd(path);
  if (fd === undefined) return { holder: readFileSync(path, 'utf8').trim() };
  ftruncateSync(fd, 0);
  writeSync(fd, `${String(process.pid)}\n`, 0);
  let open = true;
  return {
    descriptor: fd,
    [Symbol.dispose]: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/**
 * Pids of the processes that have this file open and whose descriptors we may see, ourselves apart. Linux only:
 * elsewhere the list is empty.
 */
export function listHolders(path: string): number[] {
  const pids = readdirOrNothing('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.filter((pid) => hasOpen(pid, path)).map(Number);
}

function hasOpen(pid: string, path: string): boolean {
  const folder = `/proc/${pid}/fd`;
  return readdirOrNothing(folder).some((name) => {
    try {
      return readlinkSync(`${folder}/${name}`) === path;
    } catch {
      return false; // closed in the meantime
    }
  });
}

function readdirOrNothing(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

async function lockOnLinux(path: string): Promise<number | undefined> {
  const flock = findProgram('flock');
  if (flock === undefined) throw new Error('the program flock (Debian package util-linux) is missing');
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  // The lock belongs to the open file, which the short-lived `flock` shares with us, not to its process.
  const command = { file: flock, args: ['--exclusive', '--nonblock', '3'] };
  const outcome = await runProcess(command, { extra: [fd], timeout: 10_000 });
  if (outcome.code === 0) return fd;
  closeSync(fd);
  if (outcome.code === 1) return undefined;
  throw new Error(`flock could not lock ${path}: ${outcome.stderr.trim()}`);
}

function lockOnBsd(path: string): number | undefined {
  try {
    const flags =
      constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK | O_EXLOCK;
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}
