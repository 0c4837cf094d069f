// A reader learns in the first lines what a file is for and what it keeps true.
import { type Comment, FILE_START, type Rule } from '../ast.ts';

const MOST_LINES = 5;

/** Refuses a file whose first line is not a comment, or whose opening comment is longer than five lines. */
export const fileOpensWithComment: Rule = {
  create(context) {
    return {
      Program() {
        const comments = context.sourceCode.getAllComments().filter((comment) => comment.type !== 'Shebang');
        const opening = openingLines(comments, context.sourceCode.text);
        if (opening === 0)
          context.report({
            loc: FILE_START,
            message: 'open the file with a comment that says what it is for',
          });
        if (opening > MOST_LINES)
          context.report({ loc: FILE_START, message: `an opening comment has at most ${MOST_LINES} lines` });
      },
    };
  },
};

function openingLines(comments: readonly Comment[], text: string): number {
  const [first] = comments;
  if (first === undefined) return 0;
  const before = text.slice(0, first.range[0]).replace(/^#!.*/, '');
  if (before.trim() !== '') return 0;
  let last = first.loc.end.line;
  for (const comment of comments.slice(1)) {
    if (comment.loc.start.line !== last + 1) break;
    last = comment.loc.end.line;
  }
  return last - first.loc.start.line + 1;
}
