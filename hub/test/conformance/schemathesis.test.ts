// Schemathesis reads /api/openapi.json and tries every operation with data that fits it and data that does not.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { ROOT, runProgram } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
];
const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';

void test('the API answers as its document says, and never with a 5xx', async () => {
  await using instance = await startInstance();
  const cast = await openCast(instance);
  await using home = await openScratch('schemathesis');
  const { status, stdout, stderr } = await runProgram(
    venvProgram('schemathesis', 'schemathesis'),
    [
      ...['--config-file', path.join(ROOT, 'hub/test/conformance/schemathesis.toml')],
      ...['run', `${instance.url}/api/openapi.json`, '-H', `Authorization: Bearer ${cast.HF_TOKEN}`],
      ...['--phases', 'examples,coverage,fuzzing', '--checks', CHECKS.join(','), '--continue-on-failure'],
      ...['--max-examples', LONG ? '100' : '5', '--max-time', LONG ? '600' : '60', '--seed', '1'],
      ...['--no-color', '--warnings', 'off'],
    ],
    { env: clientEnvironment(home.path, {}), cwd: home.path, timeout: 700_000 },
  );
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /[1-9]\d* generated/);
});
