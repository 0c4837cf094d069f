// Generated documents say what the code says now: they are made again and compared.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../environment.ts';
import { runNode } from '../run.ts';
import type { Finding, Gate } from './gate.ts';

/** A generated file, relative to the checkout. */
export interface GeneratedDocument {
  readonly file: string;
  readonly text: string;
}

/** Makes every generated document, without writing any. Throws an `Error` with what the generator said. */
export async function makeDocuments(): Promise<readonly GeneratedDocument[]> {
  const outcome = await runNode('tools/src/generate/main.ts', []);
  if (outcome.status !== 0) throw new Error(outcome.output);
  return JSON.parse(outcome.stdout) as GeneratedDocument[];
}

/** Every generated file is what the generator writes today. */
export const generated: Gate = {
  name: 'generated',
  async look(): Promise<Finding> {
    const made = await makeDocuments();
    const problems: string[] = [];
    for (const { file, text } of made) {
      const present = await readFile(path.join(ROOT, file), 'utf8').catch(() => undefined);
      if (present === undefined) problems.push(`${file} is missing: run ./holdfast check --fix`);
      else if (present !== text) problems.push(`${file} is stale: run ./holdfast check --fix`);
    }
    return { looked: made.length, things: 'documents', problems };
  },
};
