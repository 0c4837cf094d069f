// long-file: warns past 250 lines.
import { testRule } from '../lint-tester.ts';
import { longFile } from './long-file.ts';

testRule('long-file', longFile, [
  ['hub/src/a.ts', '\n'.repeat(249)],
  ['hub/src/a.ts', '\n'.repeat(250), /251 lines/],
]);
