// The files of a new repository's first commit.
import { defaultAttributes } from '#modules/git';
import { type NewRepo } from './changes.ts';

/** `.gitattributes` for every type, and a README where the front matter already says something. */
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
  if (lines.length > 0) files['README.md'] = `---\n${lines.join('\n')}\n---\n`;
  return files;
}
