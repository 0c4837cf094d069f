// The compiler over everything, tests included.
import { runNode } from '../run.ts';
import type { Finding, Gate } from './gate.ts';

/** No type errors. */
export const types: Gate = {
  name: 'types',
  async look(): Promise<Finding> {
    const outcome = await runNode('node_modules/typescript/bin/tsc', ['-p', '.', '--listFiles']);
    const lines = outcome.output.split('\n').filter((line) => line !== '');
    const isFile = (line: string): boolean => /^\/.*\.[cm]?ts$/.test(line);
    const own = lines.filter((line) => isFile(line) && !line.includes('/node_modules/'));
    const problems = lines.filter((line) => !isFile(line));
    if (outcome.status !== 0 && problems.length === 0)
      problems.push(`the compiler ended with ${outcome.status}`);
    return { looked: own.length, things: 'files', problems };
  },
};
