// Pages that are built twice, or cannot be built, keep nobody from starting.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { PLAIN_ENVIRONMENT, runProcess, succeeded } from '@holdfast/platform/process';
import { openTestCheckout } from './harness/checkout.ts';
import { openInstance } from './harness/instance.ts';

const REPOSITORY = dirname(dirname(import.meta.dirname));

void test('web/build.ts leaves what another start has built meanwhile, and succeeds', async () => {
  // Where packages are found, as for every build.
  mkdirSync(join(REPOSITORY, '.tools'), { recursive: true });
  const home = mkdtempSync(join(REPOSITORY, '.tools', 'page-build-test-'));
  try {
    const folder = join(home, 'pages');
    mkdirSync(folder);
    // A hub may be reading it by now.
    writeFileSync(join(folder, 'index.js'), 'built by another');
    const outcome = await runProcess(
      { file: process.execPath, args: [join(REPOSITORY, 'web', 'build.ts'), folder] },
      { timeout: 300_000, env: { ...PLAIN_ENVIRONMENT, NODE_ENV: 'production' } },
    );
    assert.ok(succeeded(outcome), outcome.stderr);
    assert.equal(readFileSync(join(folder, 'index.js'), 'utf8'), 'built by another');
    assert.deepEqual(readdirSync(home), ['pages'], 'nothing half made is left');
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});

void test('superviseInstance() serves where the pages cannot be built, and says so', async () => {
  // This checkout has nothing that builds them.
  using checkout = openTestCheckout('self');
  await using instance = await openInstance({ checkout });
  assert.match(instance.output, /the pages could not be built[^]*the API is served without them/);
  assert.match(String(await instance.ask('query', 'select 1 as one')), /"one":1/);
});
