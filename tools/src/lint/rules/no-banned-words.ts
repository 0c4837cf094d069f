// Words that say nothing about what a thing is are not names: a "helper" gathers whatever has no home.
import path from 'node:path';
import { type Node, type Rule } from '../ast.ts';
import { exportedNames } from '../exports.ts';
import { PROTOCOL_WORDS } from '../architecture.ts';

const BANNED: readonly string[] = [
  'manager',
  'managers',
  'helper',
  'helpers',
  'util',
  'utils',
  'common',
  'misc',
  'handle',
  'data',
  'info',
];

/** Refuses banned words in file names and in the names a file exports. */
export const noBannedWords: Rule = {
  create(context) {
    return {
      Program(node) {
        const base = path.basename(context.filename).replace(/(\.test)?\.ts$/, '');
        report(node, base, 'file');
        for (const { name, node: declaration } of exportedNames(node)) report(declaration, name, 'export');
      },
    };
    function report(node: Node, name: string, what: string): void {
      const word = bannedWord(name);
      if (word !== undefined)
        context.report({ node, message: `${what} name "${name}" says "${word}": name the thing` });
    }
  },
};

function bannedWord(name: string): string | undefined {
  if (PROTOCOL_WORDS.some((word) => name.includes(word))) return undefined;
  const words = name.split(/[-_.]|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
  if (words.length > 1 && words[0] === 'process') return 'process';
  return words.find((word) => BANNED.includes(word));
}
