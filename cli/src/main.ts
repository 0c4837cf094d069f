// The `./holdfast` command, once the launcher has brought Node. Finds the command and turns what it throws into words
// on standard error and an exit code.
import { dirname } from 'node:path';
import { openConsole } from '@holdfast/supervisor/console';
import { takeEnvironment } from '@holdfast/supervisor/config/env';
import { COMMANDS } from './commands.ts';
import { describeCommand } from './commands/help.ts';
import { presentFailure } from './failure.ts';
import { parseWords } from './words.ts';

const checkout = dirname(dirname(import.meta.dirname));
// A reader that went away (`| head`, a closed terminal) must not end an instance in the middle of what it does.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const json = process.argv.includes('--json');
try {
  const { command, flags, rest } = parseWords(process.argv.slice(2), COMMANDS);
  const raw = takeEnvironment();
  if (flags['help'] === true) process.stdout.write(`${describeCommand(command)}\n`);
  else
    process.exitCode = await command.run({
      flags,
      rest,
      raw,
      place: { cwd: process.cwd(), checkout },
      console: openConsole({ out: process.stdout, error: process.stderr }, json),
      json,
    });
} catch (error) {
  const { text, exitCode } = presentFailure(error, json);
  process.stderr.write(`${text}\n`);
  process.exitCode = exitCode;
}
