// file-opens-with-comment: one to five lines at the top.
import { testRule } from '../lint-tester.ts';
import { fileOpensWithComment } from './file-opens-with-comment.ts';

testRule('file-opens-with-comment', fileOpensWithComment, [
  ['hub/src/a.ts', `// What for.\nexport {};`],
  ['hub/src/a.ts', `/* What\n for. */\nexport {};`],
  ['hub/src/a.ts', `export {};`, /open the file/],
  ['hub/src/a.ts', `const a = 1; // What for.`, /open the file/],
  ['hub/src/a.ts', `// 1\n// 2\n// 3\n// 4\n// 5\nexport {};`],
  ['hub/src/a.ts', `// 1\n// 2\n// 3\n// 4\n// 5\n// 6\nexport {};`, /at most 5 lines/],
]);
