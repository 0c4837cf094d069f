// The templates of the pages, which the linter reads only in part.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../environment.ts';
import { projectFiles } from '../files.ts';
import type { Finding, Gate } from './gate.ts';

/** The one template that shows what people wrote as HTML, and what it is given was cleaned. */
const SHOWS_HTML = 'web/src/lib/Prose.svelte';
const RAW_HTML = /\{@html\b/;

const REFUSED: readonly (readonly [RegExp, string])[] = [
  [RAW_HTML, 'raw HTML: what a user typed would run in the reader\u2019s browser'],
  [/\sstyle[=:]/, 'a style attribute, which the policy of the pages refuses'],
  [/\son[a-z]*[=:]/, 'an event handler: pages run no script'],
];

/** No template holds what the pages must not. */
export const templates: Gate = {
  name: 'templates',
  async look(): Promise<Finding> {
    const files = (await projectFiles()).filter((file) => file.endsWith('.svelte'));
    const problems = await Promise.all(
      files.map(async (file) =>
        flawsOf(await readFile(path.join(ROOT, file), 'utf8'), file).map((flaw) => `${file}: ${flaw}`),
      ),
    );
    return { looked: files.length, things: 'files', problems: problems.flat() };
  },
};

/** What is wrong with a template. */
export function flawsOf(text: string, file = ''): string[] {
  const refused = REFUSED.filter(([pattern]) => pattern !== RAW_HTML || file !== SHOWS_HTML);
  const flaws = refused.filter(([pattern]) => pattern.test(text)).map(([, flaw]) => flaw);
  return text.startsWith('<!-- ')
    ? flaws
    : [...flaws, 'open the file with a comment that says what it is for'];
}
