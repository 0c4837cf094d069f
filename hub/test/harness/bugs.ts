// What the hub itself calls bugs: errors in its log. Whatever a client does, there are none.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Instance } from './instance.ts';

const MOST_SHOWN = 3;

/** Throws an `Error` with the first of them when the hub has logged bugs. */
export async function assertNoBugs(instance: Instance): Promise<void> {
  const log = await readFile(path.join(instance.data, 'logs/hub.log'), 'utf8');
  const bugs = log.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));
  if (bugs.length > 0)
    throw new Error(`${bugs.length} bugs\n${bugs.slice(0, MOST_SHOWN).map(readable).join('\n')}`);
}

function readable(line: string): string {
  return line.replaceAll('\\n', '\n');
}
