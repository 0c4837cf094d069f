// exported-doc-comment: described where declared.
import { testRule } from '../lint-tester.ts';
import { exportedDocComment } from './exported-doc-comment.ts';

testRule('exported-doc-comment', exportedDocComment, [
  ['hub/src/a.ts', `/** Opens it. */\nexport function open() {}`],
  ['hub/src/a.ts', `/** One. */\nexport type A = 1;\n/** Two. */\nexport interface B {}`],
  ['hub/src/a.ts', `export function open() {}`, /open is exported without/],
  ['hub/src/a.ts', `// Opens it.\nexport const open = 1;`, /open is exported without/],
  ['hub/src/a.ts', `/** Far away. */\nconst x = 1;\nexport class Y {}`, /Y is exported without/],
  ['hub/src/a.ts', `/** A page. */\nexport const A = 1;\nexport type A = typeof A;`],
  ['hub/src/a.ts', `/** All. */\nexport const ALL = [1];\nexport type One = (typeof ALL)[0];`],
  ['hub/src/a.ts', `const ALL = [1];\nexport type One = (typeof ALL)[0];`, /One is exported without/],
  ['hub/src/faults.ts', `export const gone = defineFault('missing', 'a.gone', () => 'gone');`],
  ['hub/src/index.ts', `export { open } from './a.ts';`],
  ['hub/src/a.test.ts', `export function open() {}`],
]);
