// Formatting is prettier's, so that nobody argues about it.
import { runNode } from '../run.ts';
import { projectFiles } from '../files.ts';
import type { Finding, Gate } from './gate.ts';

const FORMATTED = /\.(ts|json|md|yml|yaml)$/;
const MADE_BY_MACHINES = /^(package-lock\.json|docs\/generated\/)|\/package-lock\.json$/;

/** The files that prettier keeps. */
export async function formattedFiles(): Promise<readonly string[]> {
  return (await projectFiles()).filter((file) => FORMATTED.test(file) && !MADE_BY_MACHINES.test(file));
}

/** Every file prettier knows is formatted. */
export const format: Gate = {
  name: 'format',
  async look(): Promise<Finding> {
    const files = (await projectFiles()).filter(
      (file) => FORMATTED.test(file) && !MADE_BY_MACHINES.test(file),
    );
    const outcome = await runNode('node_modules/prettier/bin/prettier.cjs', ['--list-different', ...files]);
    const problems = outcome.status === 0 ? [] : outcome.output.trim().split('\n');
    return { looked: files.length, things: 'files', problems };
  },
};
