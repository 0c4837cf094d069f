// spawn-needs-env: every child has an environment of its own, and no shell.
import { testRule } from '../lint-tester.ts';
import { spawnNeedsEnv } from './spawn-needs-env.ts';

const named = `import { spawn, execFile, exec } from 'node:child_process';`;
const whole = `import * as child from 'node:child_process';`;
const file = 'platform/src/process.ts';

testRule('spawn-needs-env', spawnNeedsEnv, [
  [file, `${named} spawn('git', [], { env: {} });`],
  [file, `${named} spawn('git', []);`, /needs a literal options object/],
  [file, `${named} spawn('git', [], options);`, /needs a literal options object/],
  [file, `${named} execFile('git', ['a'], { cwd: '/' }, done);`, /needs a literal options object/],
  [file, `${named} spawn('git', [], { env: {}, shell: true });`, /shell would read/],
  [file, `${named} spawn('git', [], { env: {}, shell: false });`],
  [file, `${named} exec('git');`, /runs a shell/],
  [file, `${whole} child.spawn('git');`, /needs a literal options object/],
  [file, `import { spawn } from './other.ts'; spawn('git');`],
]);
