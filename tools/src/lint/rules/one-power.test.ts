// one-power: each dangerous import and name in its own files only.
import { testRule } from '../lint-tester.ts';
import { onePower } from './one-power.ts';

testRule('one-power', onePower, [
  ['supervisor/src/config.ts', `export const port = process.env['PORT'];`],
  ['hub/src/app.ts', `export const port = process.env['PORT'];`, /process\.env is not for this file/],
  ['hub/src/app.ts', `const p = globalThis.fetch;`, /fetch is not/],
  ['platform/src/process.ts', `import { spawn } from 'node:child_process'; spawn;`],
  ['hub/src/app.ts', `import { spawn } from 'node:child_process'; spawn;`, /platform\/process/],
  ['hub/src/app.ts', `import type { ChildProcess } from 'node:child_process'; export type C = ChildProcess;`],
  ['hub/src/app.ts', `import { type ChildProcess } from 'node:child_process'; export type C = ChildProcess;`],
  [
    'hub/src/modules/blobs/blobs.ts',
    `import { readFile } from 'node:fs/promises'; readFile;`,
    /not for this file/,
  ],
  ['hub/src/modules/blobs/store.ts', `import { sql } from 'kysely'; sql;`],
  ['hub/src/modules/blobs/blobs.ts', `import { sql } from 'kysely'; sql;`, /SQL lives in/],
  ['hub/src/modules/blobs/store.ts', `import pg from 'pg'; pg;`, /connections come from/],
  ['hub/src/modules/blobs/store.ts', `sql.raw('x');`, /sql\.raw is not/],
  ['hub/src/surfaces/hub/a.ts', `await fetch('http://example');`, /outgoing HTTP/],
  ['hub/src/surfaces/hub/a.ts', `eval('1');`, /never becomes code/],
  ['hub/src/surfaces/hub/a.ts', `new Function('return 1');`, /never becomes code/],
  ['hub/src/surfaces/hub/a.ts', `await import('./b.ts');`, /no dynamic import/],
  ['inside/src/main.ts', `await import('./receive.ts');`],
  ['cli/src/commands/start.ts', `await import('@holdfast/supervisor/supervisor');`],
  ['cli/src/admin-client.ts', `await import('./vault-client.ts');`, /no dynamic import/],
  ['hub/src/surfaces/hub/a.ts', `import vm from 'node:vm'; vm;`, /never becomes code/],
  ['cli/src/main.ts', `process.exit(1);`, /process\.exit is not/],
  ['cli/src/main.ts', `process.exitCode = 1;`],
]);
