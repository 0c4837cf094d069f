// Reading totals and arguments.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { TestEvent } from 'node:test/reporters';
import { parseTestArguments } from './arguments.ts';
import { ROOT } from '../environment.ts';
import logTap from './tap-log.ts';
import { joinRuns, mayRunAgain, parseFailedFiles, parseFailures, parseTotals } from './tier-run.ts';

void test('parseTotals() reads the summary of a TAP log, cancelled tests as failed', () => {
  const tap = 'ok 1 - a\n# tests 5\n# suites 0\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 1\n# todo 0\n';
  assert.deepEqual(parseTotals(tap), { passed: 2, failed: 2, skipped: 1 });
});

void test('parseTotals() finds nothing in a log that was cut off', () => {
  assert.deepEqual(parseTotals('ok 1 - a\n'), { passed: 0, failed: 0, skipped: 0 });
});

void test('parseFailures() names what failed by its place, once, with the first line of its error', () => {
  const place = `${ROOT}/a.test.ts`;
  const tap = [
    ...['    not ok 1 - inner', '      ---', `      location: '${place}:2:32'`],
    ...[
      "      failureType: 'testCodeFailure'",
      '      error: |-',
      '        one',
      '        is two',
      '      ...',
    ],
    ...[
      'not ok 1 - outer',
      '  ---',
      `  location: '${place}:2:1'`,
      "  failureType: 'subtestsFailed'",
      '  ...',
    ],
    ...['ok 2 - fine', '  ---', "  type: 'test'", '  ...'],
    ...['not ok 3 - late', '  ---', `  location: '${place}:3:1'`, "  error: 'boom'", '  ...', ''],
  ].join('\n');
  assert.deepEqual(parseFailures(tap), ['a.test.ts:2 inner: one', "a.test.ts:3 late: 'boom'"]);
});

void test('parseFailedFiles() finds the files that the log names at its end', () => {
  const tap = 'not ok 1 - a\n# fail 2\n# something failed in a.test.ts\n# something failed in b/c.test.ts\n';
  assert.deepEqual(parseFailedFiles(tap), ['a.test.ts', 'b/c.test.ts']);
});

void test('the log names every file in which something failed, also one that ended before it could count', async () => {
  const events = async function* (): AsyncGenerator<TestEvent> {
    const details = { duration_ms: 1, error: new Error('ended') };
    const ended = { name: 'a', nesting: 0, testNumber: 1, details };
    yield { type: 'test:fail', data: { ...ended, file: `${ROOT}/killed.test.ts` } } as TestEvent;
    yield { type: 'test:fail', data: ended } as TestEvent;
    yield { type: 'test:summary', data: { success: false, file: `${ROOT}/late.test.ts` } } as TestEvent;
    yield { type: 'test:summary', data: { success: false } } as TestEvent;
  };
  const lines = await Array.fromAsync(logTap(events()));
  assert.deepEqual(parseFailedFiles(lines.join('')), ['killed.test.ts', 'nowhere', 'late.test.ts']);
});

void test('mayRunAgain() is for named files alone, and in those that try attacks for cases of a client', () => {
  const tier = { again: ['t/client'], againForCases: ['t/as-'] };
  const one = 'hub/test/harness/cases.ts:22 late: x';
  const asked = (failedFiles: readonly string[], failures: readonly string[], broke = false): boolean =>
    mayRunAgain(tier, { failedFiles, failures, broke });
  assert.ok(asked(['t/client.test.ts'], ['t/client.test.ts:3 late: x']));
  assert.ok(asked(['t/as-root.test.ts', 't/client.test.ts'], [one]));
  assert.ok(!asked(['t/as-root.test.ts'], [one, 't/as-root.test.ts:9 an app that was taken over: x']));
  assert.ok(!asked(['t/attack.test.ts'], [one]));
  assert.ok(!asked(['t/client.test.ts', 't/attack.test.ts'], ['t/client.test.ts:3 late: x']));
  assert.ok(!asked(['t/client.test.ts'], ['t/client.test.ts:3 late: x'], true));
  assert.ok(!asked([], []));
});

void test('joinRuns() counts what passed the second time as passed and tells of it, and what failed twice as failed', () => {
  const first = { passed: 7, failed: 2, skipped: 1, failures: ['a: late', 'b: wrong'], unsteady: [] };
  const again = { passed: 3, failed: 1, skipped: 0, failures: ['b: wrong'], unsteady: [] };
  const one = { passed: 8, failed: 1, skipped: 1, failures: ['b: wrong'], unsteady: ['a: late'] };
  assert.deepEqual(joinRuns(first, again), one);
  const whole = { passed: 9, failed: 0, skipped: 1, failures: [], unsteady: ['a: late', 'b: wrong'] };
  assert.deepEqual(joinRuns(first, { ...again, failed: 0, failures: [] }), whole);
});

void test('parseTestArguments() reads tiers and a pattern, and refuses tiers it does not know', () => {
  const wish = parseTestArguments(['--long', '--tier', 'unit', '--tier', 'abuse', 'token']);
  assert.deepEqual(wish, { long: true, pictures: false, tiers: ['unit', 'abuse'], pattern: 'token' });
  assert.equal(parseTestArguments(['--pictures']).pictures, true);
  assert.throws(() => parseTestArguments(['--tier', 'fast']), /there is no tier "fast"/);
  assert.throws(() => parseTestArguments(['a', 'b']), /usage/);
});
