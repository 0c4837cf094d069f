// Reads the memory of a process, and says what of it could not be read: what was not looked at must not pass for empty.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const PAGE = 4_096;
const PART = 8 * 1024 * 1024;
/** Longest form of a value, so that one across two parts is seen. */
const OVERLAP = 64 * 1024;

/** Of the kernel: clocks, which no process writes. */
const CLOCKS: ReadonlySet<string> = new Set(['[vvar]', '[vvar_vclock]', '[vsyscall]']);

/** Reads a file of `/proc/PID`; `undefined` once there is no such process any more. Throws where there is one. */
export function readOfProcess(pid: number, file: string): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`);
  } catch (error) {
    if (isGone(pid)) return undefined;
    throw error;
  }
}

/** Whether a process has ended: what it had in memory is given back then, also before its parent has asked how it ended. */
function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return true;
  }
}

/**
 * Gives all that a process can have written to memory, in parts that overlap; each is the reader's until it asks for the next. Returns
 * what could not be read, in words. What only repeats a file that is searched as one is left out. Takes the right to trace the process.
 */
export function* readMemory(pid: number): Generator<Buffer, string[]> {
  try {
    const maps = readOfProcess(pid, 'maps')?.toString('latin1');
    if (maps === undefined) return [];
    const regions = maps.split('\n').flatMap(parseRegion);
    if (regions.length === 0) return isGone(pid) ? [] : ['it has no memory'];
    using memory = openOf(pid, 'mem');
    using pages = openOf(pid, 'pagemap');
    const buffer = Buffer.alloc(PART + OVERLAP);
    const unread: string[] = [];
    for (const region of regions) {
      const missed = yield* readRegion({ memory: memory.fd, pages: pages.fd, buffer }, region);
      if (missed > 0) unread.push(`${missed} pages of ${region.name}`);
    }
    return isGone(pid) ? [] : unread;
  } catch (error) {
    return isGone(pid) ? [] : [String(error)];
  }
}

interface Region {
  readonly begin: number;
  readonly end: number;
  readonly name: string;
}

function parseRegion(line: string): Region[] {
  const [, from = '', to = '', rights = '', inode = '', name = ''] =
    /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)\s*(.*)$/.exec(line) ?? [];
  // Compiled code may hold what it was compiled for, and is not writable by then.
  const mayHold = rights.startsWith('rw') || (rights.startsWith('r') && inode === '0');
  if (!mayHold || CLOCKS.has(name)) return [];
  return [
    { begin: Number.parseInt(from, 16), end: Number.parseInt(to, 16), name: name || 'memory of its own' },
  ];
}

function openOf(pid: number, file: string): Disposable & { readonly fd: number } {
  const fd = openSync(`/proc/${pid}/${file}`, 'r');
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

interface Reading {
  readonly memory: number;
  readonly pages: number;
  readonly buffer: Buffer;
}

/** Returns how many pages are there and could not be read. */
function* readRegion({ memory, pages, buffer }: Reading, { begin, end }: Region): Generator<Buffer, number> {
  let missed = 0;
  for (let at = begin; at < end;) {
    const wanted = Math.min(buffer.length, end - at);
    const read = readAt(memory, buffer.subarray(0, wanted), at);
    if (read > 0) yield buffer.subarray(0, read);
    if (read === 0) {
      if (isThere(pages, at)) missed += 1;
      at += PAGE;
    } else if (read < wanted || at + read === end) at += read;
    else at += PART;
  }
  return missed;
}

/** Gives how much was read: none where the first page cannot be. */
function readAt(memory: number, buffer: Buffer, at: number): number {
  try {
    return readSync(memory, buffer, 0, buffer.length, at);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return 0;
    throw error;
  }
}

/** Whether a page is in memory or swapped out. One that is neither, and cannot be read, was reserved and never used. */
function isThere(pages: number, at: number): boolean {
  const entry = Buffer.alloc(8);
  return readSync(pages, entry, 0, 8, (at / PAGE) * 8) !== 8 || ((entry[7] ?? 0) & 0xc0) !== 0;
}
