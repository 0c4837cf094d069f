// Stages, and what a variable may be.
import assert from 'node:assert/strict';
import test from 'node:test';
import { problemOfVariable, stageOf } from './model.ts';

const there = { path: 'index.html', there: true };

void test('stageOf() tells what keeps a Space from being served, the decision of people first', () => {
  const fatal = { key: 'sdk', text: 'wrong', fatal: true };
  const mild = { key: 'hf_oauth', text: 'no effect', fatal: false };
  assert.equal(stageOf({ paused: true, problems: [fatal], appFile: undefined }).stage, 'PAUSED');
  assert.deepEqual(stageOf({ paused: false, problems: [mild, fatal], appFile: there }), {
    stage: 'CONFIG_ERROR',
    error: 'wrong',
  });
  const missing = stageOf({ paused: false, problems: [mild], appFile: { ...there, there: false } });
  assert.equal(missing.stage, 'NO_APP_FILE');
  assert.match(missing.error ?? '', /"index\.html"/);
  assert.deepEqual(stageOf({ paused: false, problems: [mild], appFile: there }), {
    stage: 'RUNNING',
    error: undefined,
  });
});

void test('problemOfVariable() takes what a shell would, and refuses what would steer a loader or the door', () => {
  const problem = (name: string, value = 'x', description: string | null = null): string | undefined =>
    problemOfVariable({ name, value, description });
  for (const name of ['A', '_a1', 'MODEL_ID', 'x'.repeat(128)]) assert.equal(problem(name), undefined, name);
  for (const name of ['', '1A', 'A-B', 'A B', 'É', 'A=B', 'x'.repeat(129)]) assert.ok(problem(name), name);
  for (const name of [
    'LD_PRELOAD',
    'ld_library_path',
    'GLIBC_TUNABLES',
    'SPACE_ID',
    'HF_ENDPOINT',
    'https_proxy',
  ])
    assert.match(problem(name) ?? '', /set by the hub/, name);
  assert.ok(problem('A', 'a\0b'));
  assert.ok(problem('A', 'é'.repeat(16_385)));
  assert.equal(problem('A', 'é'.repeat(16_384)), undefined);
  assert.ok(problem('A', 'x', 'y'.repeat(1_025)));
});
