// A repository as people make them: a card of some length, and files beside it.
import { type MadeRepo } from '../scale/population.ts';

/** The file that is shown. */
export const SHOWN = 'modeling.py';

const PARAGRAPH =
  'The model was trained on **web text** and on [books](https://example.org/books), in two stages: first on short sequences, then on ' +
  'long ones with `rope_theta` raised. See *Evaluation* for what it is good at, and for what it is not.\n\n';

/** Its README, of some 14 kB: headings, tables, lists, code. The facts before it are those that the repository has. */
export function readmeOf({ card, name }: MadeRepo): string {
  const table = Array.from(
    { length: 24 },
    (_, row) => `| task ${row} | ${(row * 37) % 100}.${row % 10} | ${row + 40}.0 |`,
  );
  const list = Array.from(
    { length: 12 },
    (_, item) => `${item + 1}. Step **${item}** with \`value_${item}\``,
  );
  const code = Array.from(
    { length: 20 },
    (_, line) => `value_${line} = pipeline("text", model=name)[${line}]`,
  );
  const sections = [
    'Model description',
    'Intended uses',
    'Training',
    'Evaluation',
    'Limitations',
    'Citation',
  ].map(
    (title) =>
      [
        `## ${title}`,
        PARAGRAPH.repeat(3),
        '| what | here | before |\n| --- | --- | --- |',
        ...table.slice(0, 12),
      ].join('\n') + `\n\n${list.join('\n')}\n\n\`\`\`python\n${code.join('\n')}\n\`\`\`\n`,
  );
  // JSON is YAML.
  return `---\n${JSON.stringify(card)}\n---\n# ${name}\n\n${sections.join('\n')}`;
}

/** Four hundred lines of Python. */
export function programText(): string {
  const part = (n: number): string =>
    `class Layer${n}(Module):\n    """One of many."""\n\n    def forward(self, hidden: Tensor, mask: Tensor | None = None) -> Tensor:\n` +
    `        # The mask is None where nothing is left out.\n        weights = softmax(hidden @ self.key_${n}.T / ${n}.0, dim=-1)\n` +
    `        return weights @ self.value_${n} if mask is None else weights * mask\n\n`;
  return Array.from({ length: 50 }, (_, n) => part(n + 1)).join('');
}
