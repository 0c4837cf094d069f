// layers: downwards only, pure kernel, workspaces by name.
import { testRule } from '../lint-tester.ts';
import { layers } from './layers.ts';

testRule('layers', layers, [
  ['kernel/src/a.ts', `import { createHash } from 'node:crypto'; createHash;`],
  ['kernel/src/a.ts', `import { readFile } from 'node:fs'; readFile;`, /kernel is pure/],
  ['kernel/src/a.ts', `import { z } from 'zod'; z;`, /kernel is pure/],
  ['kernel/src/a.test.ts', `import test from 'node:test'; test;`],
  ['kernel/src/a.ts', `import { log } from '@holdfast/platform/log'; log;`, /kernel may not import platform/],
  ['platform/src/a.ts', `import { Fault } from '@holdfast/kernel/fault'; Fault;`],
  [
    'platform/src/a.ts',
    `import { Fault } from '../../kernel/src/fault.ts'; Fault;`,
    /write @holdfast\/kernel/,
  ],
  ['platform/src/a.ts', `import fs from 'fs'; fs;`, /write "node:fs"/],
  ['hub/src/modules/repos/repos.ts', `import { Db } from '@holdfast/platform/postgres'; Db;`],
  [
    'hub/src/modules/repos/repos.ts',
    `import { x } from '#surfaces/hub'; x;`,
    /module may not import surface/,
  ],
  ['hub/src/modules/repos/repos.ts', `export { x } from '../../app.ts';`, /module may not import app/],
  ['hub/src/surfaces/hub/a.ts', `import { Repos } from '#modules/repos'; Repos;`],
  [
    'hub/src/surfaces/hub/a.ts',
    `import type { A } from '../../app.ts'; export type B = A;`,
    /surface may not/,
  ],
  ['hub/src/app.ts', `import { Repos } from '#modules/repos'; Repos;`],
  ['hub/src/config/a.ts', `import { Settings } from '@holdfast/supervisor/settings'; Settings;`],
  [
    'hub/src/config/a.ts',
    `import { start } from '@holdfast/supervisor/start'; start;`,
    /only the supervisor's settings/,
  ],
  ['supervisor/src/a.ts', `import { x } from '@holdfast/cli/main'; x;`, /supervisor may not import cli/],
  ['cli/src/a.ts', `import { x } from '@holdfast/supervisor/start'; x;`],
  ['tools/src/a.ts', `import { x } from '@holdfast/platform/log'; x;`, /tools may not import platform/],
  ['hub/test/integration/a.test.ts', `import { app } from '../../src/app.ts'; app;`],
  ['platform/src/a.ts', `import { x } from '../../../outside.ts'; x;`, /leads out of the house/],
]);
