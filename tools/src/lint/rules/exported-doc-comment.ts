// What a file offers is described where it is declared.
import { type Rule } from '../ast.ts';
import { exportedNames } from '../exports.ts';
import { placeOf } from '../place.ts';

/** Refuses an exported declaration without a doc comment right before it. */
export const exportedDocComment: Rule = {
  create(context) {
    if (placeOf(context.filename)?.test === true) return {};
    return {
      Program(program) {
        const docs = context.sourceCode
          .getAllComments()
          .filter((comment) => comment.type === 'Block' && comment.value.startsWith('*'));
        for (const { name, node } of exportedNames(program)) {
          const described = docs.some(
            (doc) =>
              doc.range[1] <= node.range[0] &&
              context.sourceCode.text.slice(doc.range[1], node.range[0]).trim() === '',
          );
          if (!described) context.report({ node, message: `${name} is exported without a doc comment` });
        }
      },
    };
  },
};
