// module-faces: faces, edges of the table, purity.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MODULES } from '../architecture.ts';
import { testRule } from '../lint-tester.ts';
import { moduleFaces } from './module-faces.ts';

testRule('module-faces', moduleFaces, [
  ['hub/src/modules/tokens/tokens.ts', `import { Identity } from '#modules/identity'; Identity;`],
  ['hub/src/modules/tokens/tokens.ts', `import { x } from './store.ts'; x;`],
  ['hub/src/modules/tokens/tokens.ts', `import { x } from '../identity/store.ts'; x;`, /through its face/],
  ['hub/src/modules/tokens/tokens.ts', `import { x } from '../identity/index.ts'; x;`, /through its face/],
  ['hub/src/modules/tokens/tokens.ts', `import { x } from '#modules/tokens'; x;`, /inside a module/],
  [
    'hub/src/modules/identity/identity.ts',
    `import { x } from '#modules/tokens'; x;`,
    /may not depend on tokens/,
  ],
  ['hub/src/modules/nobody/a.ts', `import { x } from '#modules/tokens'; x;`, /is not in tools/],
  ['hub/src/surfaces/hub/a.ts', `import { x } from '../../modules/repos/store.ts'; x;`, /through its face/],
  ['hub/src/surfaces/hub/a.ts', `import { x } from '#modules/repos'; x;`],
  ['hub/src/migrations.ts', `import { x } from '#migrations/repos'; x;`],
  ['hub/src/app.ts', `import { x } from '#migrations/repos'; x;`, /through its face/],
  ['hub/src/modules/access/access.ts', `import { x } from '@holdfast/platform/log'; x;`, /access is pure/],
  ['hub/src/modules/repos/policy.ts', `import { x } from 'node:fs'; x;`, /policy is a pure room/],
  [
    'hub/src/modules/repos/model.ts',
    `import type { Db } from '@holdfast/platform/postgres'; export type X = Db;`,
  ],
  ['hub/test/integration/a.test.ts', `import { x } from '../../src/modules/repos/store.ts'; x;`],
]);

void test('MODULES names only modules that stand above it, so that the graph has no cycle', () => {
  const seen: string[] = [];
  for (const [module, uses] of Object.entries(MODULES)) {
    for (const used of uses) assert.ok(seen.includes(used), `${module} uses ${used}, which stands below it`);
    seen.push(module);
  }
});
