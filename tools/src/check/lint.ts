// oxlint with our own plugin. A planted file proves that the plugin and the type-aware rules really ran.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runNode } from '../run.ts';
import type { Finding, Gate } from './gate.ts';

/** The linter's program. */
export const OXLINT = 'node_modules/oxlint/bin/oxlint';
const EXPECTED: readonly string[] = ['holdfast(file-opens-with-comment)', 'typescript(no-floating-promises)'];

/** No lint errors, and the linter saw what it must see. */
export const lint: Gate = {
  name: 'lint',
  async look(): Promise<Finding> {
    const outcome = await runNode(OXLINT, ['--report-unused-disable-directives']);
    const looked = Number(/ on (\d+) files? /.exec(outcome.output)?.[1] ?? 0);
    const problems = outcome.status === 0 ? [] : [outcome.output.trim()];
    const missed = await missedInPlantedFile();
    return { looked, things: 'files', problems: [...problems, ...missed] };
  },
};

async function missedInPlantedFile(): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-lint-'));
  try {
    const file = path.join(folder, 'planted.ts');
    await writeFile(file, 'export {};\nPromise.resolve(1);\n');
    await writeFile(path.join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": true } }');
    const outcome = await runNode(OXLINT, ['-c', '.oxlintrc.json', file]);
    return EXPECTED.filter((rule) => !outcome.output.includes(rule)).map((rule) => `${rule} does not run`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
