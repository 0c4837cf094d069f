// A secret's plaintext leaves its wrapper in named files only, so that a reviewer has few places to read.
import { type Rule, child, identifierName } from '../ast.ts';
import { REVEALING_FILES } from '../architecture.ts';
import { isNamed, placeOf } from '../place.ts';

/** Refuses `secret.reveal(…)` outside the named files. */
export const revealOnlyIn: Rule = {
  create(context) {
    const place = placeOf(context.filename);
    if (place === undefined || place.test || isNamed(place.file, REVEALING_FILES)) return {};
    return {
      CallExpression(node) {
        const callee = child(node, 'callee');
        if (callee?.type !== 'MemberExpression' || identifierName(child(callee, 'property')) !== 'reveal')
          return;
        context.report({ node, message: 'this file may not look inside a secret: see REVEALING_FILES' });
      },
    };
  },
};
