// Files and exports that nothing reaches, packages that nothing declares or uses (knip).
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT, TOOLS_FOLDER } from '../environment.ts';
import { runNode } from '../run.ts';
import type { Finding, Gate } from './gate.ts';

const KNIP = 'node_modules/knip/bin/knip.js';

/** Nothing dead, nothing undeclared. */
export const deadCode: Gate = {
  name: 'dead code',
  async look(): Promise<Finding> {
    const outcome = await runNode(KNIP, ['--no-progress', '--no-config-hints']);
    const problems = outcome.status === 0 ? [] : [outcome.output.trim()];
    return { looked: await filesSeen(), things: 'files', problems };
  },
};

/** knip does not say how much it read, so it is asked once more with no entries: then every file it sees is unused. */
async function filesSeen(): Promise<number> {
  await mkdir(TOOLS_FOLDER, { recursive: true });
  const folder = await mkdtemp(path.join(TOOLS_FOLDER, 'knip-'));
  try {
    const config = JSON.parse(await readFile(path.join(ROOT, 'knip.json'), 'utf8')) as KnipConfig;
    for (const workspace of Object.values(config.workspaces)) workspace.entry = [];
    const file = path.join(folder, 'knip.json');
    await writeFile(file, JSON.stringify(config));
    const args = ['--no-progress', '--no-exit-code', '--include', 'files', '--reporter', 'json', '-c', file];
    const outcome = await runNode(KNIP, args);
    const report = JSON.parse(outcome.stdout) as { issues?: readonly { files?: readonly unknown[] }[] };
    return (report.issues ?? []).reduce((sum, issue) => sum + (issue.files?.length ?? 0), 0);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface KnipConfig {
  workspaces: Record<string, { entry?: string[] }>;
}
