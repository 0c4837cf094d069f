// Pages are built once for each version, and at no second start; that they are built twice, or cannot be built, keeps nobody from
// starting.
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

/** Stands for what builds pages, and counts how often it does. */
const COUNTING = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
const [, , folder] = process.argv;
appendFileSync(new URL('../../builds', import.meta.url), 'built\\n');
mkdirSync(folder, { recursive: true });
writeFileSync(folder + '/index.js', '');
`;

void test('superviseInstance() builds the pages at the first start of a version, and at no other', async () => {
  using checkout = openTestCheckout('self');
  const web = join(checkout.path, 'web');
  writeFileSync(join(web, 'build.ts'), COUNTING);
  const start = async (): Promise<{ readonly builds: number; readonly says: boolean }> => {
    await using instance = await openInstance({ checkout });
    await instance.stop();
    const builds = readFileSync(join(checkout.home, 'builds'), 'utf8').trim().split('\n').length;
    return { builds, says: instance.output.includes('Building the pages') };
  };
  assert.deepEqual(await start(), { builds: 1, says: true });
  assert.deepEqual(await start(), { builds: 1, says: false });
  writeFileSync(join(web, 'src', 'changed.ts'), '// another version');
  assert.deepEqual(await start(), { builds: 2, says: true });
  assert.deepEqual(await start(), { builds: 2, says: false });
  // The pages say words of the kernel, too.
  writeFileSync(join(checkout.path, 'kernel', 'src', 'changed.ts'), '// another version');
  assert.deepEqual(await start(), { builds: 3, says: true });
});
