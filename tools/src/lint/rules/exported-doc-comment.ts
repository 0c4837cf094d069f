// What a file offers is described where it is declared.
import { type Rule } from '../ast.ts';
import { type ExportedName, exportedNames } from '../exports.ts';
import { placeOf } from '../place.ts';

/**
 * Refuses an exported declaration without a doc comment right before it. A schema and the type inferred from it
 * share one comment; a declared fault is described by its code and message.
 */
export const exportedDocComment: Rule = {
  create(context) {
    if (placeOf(context.filename)?.test === true) return {};
    const { text } = context.sourceCode;
    return {
      Program(program) {
        const docs = context.sourceCode
          .getAllComments()
          .filter((comment) => comment.type === 'Block' && comment.value.startsWith('*'));
        const isDescribed = ({ node }: ExportedName): boolean =>
          docs.some(
            (doc) => doc.range[1] <= node.range[0] && text.slice(doc.range[1], node.range[0]).trim() === '',
          );
        const names = exportedNames(program);
        const described = new Set(names.filter(isDescribed).map((one) => one.name));
        for (const { name, node, madeBy } of names) {
          const derivedFrom = /typeof (\w+)/.exec(text.slice(...node.range))?.[1] ?? name;
          if (described.has(name) || described.has(derivedFrom) || madeBy === 'defineFault') continue;
          context.report({ node, message: `${name} is exported without a doc comment` });
        }
      },
    };
  },
};
