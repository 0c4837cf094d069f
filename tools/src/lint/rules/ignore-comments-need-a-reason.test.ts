// ignore-comments-need-a-reason: every switched-off check says why.
import { testRule } from '../lint-tester.ts';
import { ignoreCommentsNeedAReason } from './ignore-comments-need-a-reason.ts';

const file = 'hub/src/a.ts';

testRule('ignore-comments-need-a-reason', ignoreCommentsNeedAReason, [
  [file, `// @ts-expect-error -- the type lies about null\nexport const a = 1;`],
  [file, `// @ts-expect-error\nexport const a = 1;`, /needs " -- "/],
  [file, `// @ts-expect-error -- no\nexport const a = 1;`, /needs " -- "/],
  [file, `// @ts-ignore -- a very good reason\nexport const a = 1;`, /hides every error/],
  [file, `/* prettier-ignore */\nexport const a = 1;`, /needs " -- "/],
  [file, `// we speak of @ts-ignore here\nexport const a = 1;`],
]);
