// Keeps what is in memory out of core files, for this process and every child it starts afterwards.
import { readFileSync, writeFileSync } from 'node:fs';
import { findProgram, runProcess } from './process.ts';

/**
 * Forbids core dumps. Two means, because each has a hole: the limit does not hold for handlers behind a pipe (for
 * those 1 is the value that refuses), and the filter is about what memory a dump would contain. Children inherit both.
 * Does nothing on systems that have neither.
 */
export async function forbidCoreDumps(): Promise<void> {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // A /proc that is read-only, as in some containers; the limit below remains.
  }
  const prlimit = findProgram('prlimit');
  if (prlimit === undefined) return;
  const size = isPiped() ? '1:1' : '0:0';
  const args = ['--pid', String(process.pid), `--core=${size}`];
  await runProcess({ file: prlimit, args }, { timeout: 5_000 });
}

function isPiped(): boolean {
  try {
    return readFileSync('/proc/sys/kernel/core_pattern', 'latin1').startsWith('|');
  } catch {
    return true;
  }
}
