// Stages, and what a variable may be.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  isSilent,
  problemOfVariable,
  reachedOf,
  stageOf,
  type RunFacts,
  type Serving,
  type Told,
} from './model.ts';

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
  for (const name of ['LD_PRELOAD', 'ld_library_path', 'GLIBC_TUNABLES'])
    assert.match(problem(name) ?? '', /loader/, name);
  for (const name of ['SPACE_ID', 'HF_ENDPOINT', 'https_proxy'])
    assert.match(problem(name) ?? '', /set by the hub/, name);
  assert.ok(problem('A', 'a\0b'));
  assert.ok(problem('A', 'é'.repeat(16_385)));
  assert.equal(problem('A', 'é'.repeat(16_384)), undefined);
  assert.ok(problem('A', 'x', 'y'.repeat(1_025)));
});

void test('stageOf() believes what was said of the last wish, and of an older one only that somebody is served', () => {
  const startedAt = new Date(0);
  const serving = { run: 'a'.repeat(24), commit: 'b'.repeat(40), startedAt } as unknown as Serving;
  const told = (generation: number, more: Partial<Told> = {}): Told => ({
    ...{ generation, stage: 'RUNTIME_ERROR', message: 'it ended', serving: null },
    ...more,
  });
  const stage = (run: RunFacts) => stageOf({ paused: false, problems: [], appFile: there, run });
  const unable = undefined;
  assert.deepEqual(stage({ generation: 2, told: told(2), unable }), {
    stage: 'RUNTIME_ERROR',
    error: 'it ended',
  });
  assert.equal(stage({ generation: 3, told: told(2), unable }).stage, 'BUILDING');
  assert.equal(stage({ generation: 3, told: told(2, { serving }), unable }).stage, 'RUNNING_BUILDING');
  assert.equal(stage({ generation: 1, told: undefined, unable }).stage, 'BUILDING');
  assert.deepEqual(stage({ generation: 2, told: told(2), unable: 'why' }), {
    stage: 'CONFIG_ERROR',
    error: 'why',
  });
  assert.equal(reachedOf(2, told(2)).kind, 'failed');
  assert.equal(reachedOf(3, told(2)).kind, 'waiting');
  assert.equal(reachedOf(3, told(2, { serving })).kind, 'serving');
  assert.equal(reachedOf(2, told(2, { stage: 'SLEEPING' })).kind, 'asleep');
  assert.equal(isSilent('build', 2, told(2, { stage: 'RUNNING' })), true);
  assert.equal(isSilent('run', 2, told(2, { stage: 'RUNNING' })), false);
  assert.equal(isSilent('build', 3, told(2)), false);
  assert.deepEqual(
    (['build', 'run'] as const).map((kind) => isSilent(kind, 2, told(2, { serving }))),
    [true, false],
    'beside a build that failed the program goes on',
  );
  assert.equal(isSilent('run', 2, told(2)), true);
});
