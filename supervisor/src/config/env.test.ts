// The table of variables as a whole.
import assert from 'node:assert/strict';
import test from 'node:test';
import { listUnknownVariables, parseEnvironment, VARIABLES, type Variable } from './env.ts';

void test('parseEnvironment() reports every problem at once and keeps what is good', () => {
  const problems: string[] = [];
  const values = parseEnvironment(
    { HOLDFAST_PORT: 'many', HOLDFAST_ACCESS: 'all', HOLDFAST_LISTEN: '::1' },
    problems,
  );
  assert.equal(problems.length, 2);
  assert.match(problems.join('\n'), /^HOLDFAST_PORT is not a port number[\s\S]*HOLDFAST_ACCESS is all/m);
  assert.equal(values.HOLDFAST_LISTEN, '::1');
});

void test('parseEnvironment() takes an empty variable as one that is not set', () => {
  const problems: string[] = [];
  const values = parseEnvironment({ HOLDFAST_PORT: '', HOLDFAST_URL: '' }, problems);
  assert.deepEqual([values.HOLDFAST_PORT, values.HOLDFAST_URL, problems], [8080, undefined, []]);
});

void test('every fallback is one its own parser takes, and every variable says what it is for', () => {
  for (const [name, { parse, fallback, doc }] of Object.entries<Variable<unknown>>(VARIABLES)) {
    if (fallback !== undefined) assert.doesNotThrow(() => parse(fallback), name);
    assert.ok(doc.length > 10, name);
  }
});

void test('what can hold a password is secret', () => {
  const secret = Object.entries<Variable<unknown>>(VARIABLES)
    .filter(([, { secret: is }]) => is === true)
    .map(([name]) => name);
  assert.deepEqual(secret.sort(), ['DATABASE_URL', 'HOLDFAST_ADMIN_PASSWORD']);
});

void test('listUnknownVariables() finds a misspelt name and leaves others alone', () => {
  assert.deepEqual(listUnknownVariables({ HOLDFAST_PROT: '1', HOLDFAST_PORT: '1', HOME: '/' }), [
    'HOLDFAST_PROT',
  ]);
});
