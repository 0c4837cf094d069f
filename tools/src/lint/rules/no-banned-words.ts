// Words that say nothing about what a thing is are not names: a "helper" gathers whatever has no home.
import path from 'node:path';
import { FILE_START, type Rule } from '../ast.ts';
import { exportedNames } from '../exports.ts';
import { PROTOCOL_FILES, PROTOCOL_WORDS } from '../architecture.ts';
import { isNamed, placeOf } from '../place.ts';

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
    const file = placeOf(context.filename)?.file ?? '';
    const allowed = isNamed(file, PROTOCOL_FILES) ? PROTOCOL_WORDS : [];
    const complaint = (what: string, name: string): string | undefined => {
      const word = bannedWord(name);
      if (word === undefined || allowed.includes(word)) return undefined;
      return `${what} name "${name}" says "${word}": name the thing`;
    };
    return {
      Program(program) {
        const base = path.basename(context.filename).replace(/(\.test)?\.ts$/, '');
        const inFile = complaint('file', base);
        if (inFile !== undefined) context.report({ loc: FILE_START, message: inFile });
        for (const { name, node } of exportedNames(program)) {
          const message = complaint('export', name);
          if (message !== undefined) context.report({ node, message });
        }
      },
    };
  },
};

function bannedWord(name: string): string | undefined {
  const words = name.split(/[-_.]|(?<=[a-z0-9])(?=[A-Z])/).map((word) => word.toLowerCase());
  if (words.length > 1 && words[0] === 'process') return 'process';
  return words.find((word) => BANNED.includes(word));
}
