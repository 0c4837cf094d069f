// Switching a check off is sometimes right and never self-evident.
import { type Rule } from '../ast.ts';

const DIRECTIVE =
  /^\s*\**\s*((?:oxlint|eslint)-disable(?:-next-line|-line)?|@ts-(?:ignore|nocheck|expect-error)|prettier-ignore|node:coverage (?:ignore|disable)[a-z ]*\d*)/;
const NEVER: readonly string[] = ['@ts-ignore', '@ts-nocheck'];
const LEAST_CHARACTERS = 10;

/** Refuses a comment that switches a check off without ` -- reason`, and those that switch off too much. */
export const ignoreCommentsNeedAReason: Rule = {
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const directive = DIRECTIVE.exec(comment.value)?.[1];
          if (directive === undefined) continue;
          const reason = comment.value.split(' -- ')[1]?.trim() ?? '';
          if (NEVER.includes(directive)) {
            context.report({
              node: comment,
              message: `${directive} hides every error: use @ts-expect-error`,
            });
          } else if (reason.length < LEAST_CHARACTERS) {
            context.report({ node: comment, message: `${directive} needs " -- " and a reason` });
          }
        }
      },
    };
  },
};
