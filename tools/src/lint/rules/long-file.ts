// A file that grows past what one reads in a sitting is two files. This warns; stock max-lines fails at the limit.
import { FILE_START, type Rule } from '../ast.ts';

const WARN_AT = 250;

/** Warns of a file of more than 250 lines. */
export const longFile: Rule = {
  create(context) {
    return {
      Program() {
        const lines = context.sourceCode.lines.length;
        if (lines > WARN_AT)
          context.report({ loc: FILE_START, message: `${lines} lines: split before it reaches the limit` });
      },
    };
  },
};
