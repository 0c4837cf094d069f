// Writes what a program can write better than a person.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../environment.ts';
import { makeDocuments } from './generated.ts';
import { runNode } from '../run.ts';
import { formattedFiles } from './format.ts';
import { OXLINT } from './lint.ts';

/** Formats, applies the safe lint fixes and generates the documents anew. */
export async function fix(tell: (line: string) => void): Promise<void> {
  await runNode(OXLINT, ['--fix', '--quiet']);
  await runNode('node_modules/prettier/bin/prettier.cjs', ['--write', ...(await formattedFiles())]);
  for (const { file, text } of await makeDocuments()) {
    const target = path.join(ROOT, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
    tell(`wrote ${file}`);
  }
}
