// no-module-state: nothing remembered, nothing done at import.
import { testRule } from '../lint-tester.ts';
import { noModuleState } from './no-module-state.ts';

testRule('no-module-state', noModuleState, [
  ['hub/src/a.ts', `export const limit = 1;`],
  ['hub/src/a.ts', `const names = new Set(['a']);\nexport { names };`],
  ['hub/src/a.ts', `export let count = 0;`, /mutable state/],
  ['hub/src/a.ts', `const cache = new Map();\nexport { cache };`, /mutable state/],
  ['hub/src/a.ts', `declare const brand: unique symbol;\nexport type A = typeof brand;`],
  ['hub/src/a.ts', `start();`, /no work at import/],
  ['hub/src/a.ts', `await start();`, /no work at import/],
  ['hub/src/main.ts', `await start();`],
  ['hub/src/a.test.ts', `test('a', () => {});`],
]);
