// `./holdfast test`, `check` and `bench`: programs of their own that get the words behind the command as they are.
import { join } from 'node:path';
import { exists } from '@holdfast/platform/private-files';
import { startProcess } from '@holdfast/platform/process';
import { type Call, type Command } from '../command.ts';
import { usageRejected } from '../faults.ts';

/** Runs the tests. */
export const test = delegate(
  'test',
  'Set up what the tests need and run them (--long for the long ones too)',
  'tools/src/test/main.ts',
);

/** Checks the sources. */
export const check = delegate(
  'check',
  'Check format, lint, types, dead code and generated files',
  'tools/src/check/main.ts',
);

/** Measures. */
export const bench = delegate('bench', 'Run the benchmarks', 'bench/src/main.ts');

function delegate(name: string, doc: string, file: string): Command {
  return {
    name,
    doc,
    words: [],
    flags: {},
    passesOn: true,
    run: (call) => runProgram(call, file),
  };
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
