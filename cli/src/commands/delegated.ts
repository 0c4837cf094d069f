// `./holdfast test`, `check` and `bench`: programs of their own that get the words behind the command as they are.
import { join } from 'node:path';
import { exists } from '@holdfast/platform/private-files';
import { startProcess } from '@holdfast/platform/process';
import { type Call, type Command } from '../command.ts';
import { usageRejected } from '../faults.ts';

/** Runs the tests. */
export const test = delegate('tools/src/test/main.ts', {
  name: 'test',
  doc: 'Set up what the tests need and run them',
  words: ['[PART-OF-A-FILE-NAME]'],
  flags: {
    tier: {
      value: 'check|unit|integration|conformance|abuse|crash',
      doc: 'Only this tier; may be repeated',
      many: true,
    },
    long: { doc: 'The long ones, too' },
  },
});

/** Checks the sources. */
export const check = delegate('tools/src/check/main.ts', {
  name: 'check',
  doc: 'Check format, lint, types, dead code and generated files',
  words: ['[GATE]'],
  flags: { fix: { doc: 'First write what a program can write' } },
});

/** Measures. */
export const bench = delegate('bench/src/main.ts', {
  name: 'bench',
  doc: 'Run the benchmarks',
  words: ['[NAME…]'],
  flags: {
    rounds: { value: 'N', doc: 'How often each is measured' },
    long: { doc: 'The long form of what has one: scale, ledger' },
  },
});

function delegate(file: string, described: Omit<Command, 'passesOn' | 'run'>): Command {
  return { ...described, passesOn: true, run: (call) => runProgram(call, file) };
}

async function runProgram(call: Call, file: string): Promise<number> {
  const path = join(call.place.checkout, file);
  if (!exists(path)) throw usageRejected(`${file} is not in this checkout`, 'use a complete checkout');
  const child = startProcess(
    { file: process.execPath, args: [path, ...call.rest] },
    { descriptors: ['inherit', 'inherit', 'inherit'], env: environmentOf(call) },
  );
  // The terminal sends its signals to the program as well; what it makes of them is its exit code. Others we pass on.
  const forward = (): void => {
    child.signal('SIGTERM');
  };
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore).on('SIGTERM', forward);
  const exit = await child.exited;
  process.off('SIGINT', ignore).off('SIGTERM', forward);
  return exit.code ?? 1;
}

// Tools for developers get the developer's environment: package mirrors, caches, terminal settings. The cache of
// compiled code is the launcher's own.
function environmentOf(call: Call): Record<string, string> {
  const { NODE_COMPILE_CACHE: _launcher, ...theirs } = call.raw;
  return Object.fromEntries(
    Object.entries(theirs).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
