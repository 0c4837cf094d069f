// The files of a new repository's first commit.
import { parseCard } from '#modules/cards';
import { defaultAttributes } from '#modules/git';
import { type NewRepo } from './changes.ts';
import { licenceUnknown } from './faults.ts';

/**
 * `.gitattributes` for every type, and a README where the front matter already says something. Throws
 * `repo.licence-unknown` for one that the README could never be saved with again.
 */
export function initialFiles(
  wish: Pick<NewRepo, 'type' | 'name' | 'sdk' | 'licence'>,
): Record<string, string> {
  const files: Record<string, string> = { '.gitattributes': defaultAttributes(wish.type) };
  const lines: string[] = [];
  if (wish.type === 'space') {
    lines.push(`title: ${JSON.stringify(wish.name)}`, 'emoji: 🚀', 'colorFrom: blue', 'colorTo: green');
    lines.push(`sdk: ${wish.sdk ?? 'static'}`, 'pinned: false');
  }
  if (wish.licence !== null) lines.push(`license: ${JSON.stringify(wish.licence)}`);
  if (lines.length === 0) return files;
  const readme = `---\n${lines.join('\n')}\n---\n`;
  const [problem] = parseCard(readme, wish.type).errors;
  if (problem !== undefined && wish.licence !== null) throw licenceUnknown(wish.licence, problem.message);
  files['README.md'] = readme;
  return files;
}
