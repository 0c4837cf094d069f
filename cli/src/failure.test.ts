// What people and scripts are told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EXIT, presentFailure } from './failure.ts';
import { notRunning, refused, usageRejected } from './faults.ts';

void test('presentFailure() says what happened and what to do, and exits by class', () => {
  const { text, exitCode } = presentFailure(notRunning('/d', 'it is not there', 'start it'), false);
  assert.match(text, /^Error: no running Holdfast answers for \/d: it is not there\nWhat to do: start it/);
  assert.equal(exitCode, EXIT.unavailable);
  assert.equal(presentFailure(usageRejected('a', 'b'), false).exitCode, EXIT.usage);
  assert.equal(presentFailure(refused('x', 'y'), false).exitCode, EXIT.failed);
});

void test('presentFailure() is one JSON object for programs', () => {
  const { text } = presentFailure(refused('NameTaken', 'the name is taken'), true);
  assert.deepEqual(JSON.parse(text), { error: 'NameTaken', message: 'the name is taken' });
});

void test('presentFailure() advises what helps against the refusal at hand, and nothing else', () => {
  const advice = (code: string) => presentFailure(refused(code, 'no'), false).text;
  assert.match(advice('AccountMissing'), /What to do: the `list` commands show what there is/);
  assert.match(advice('RequestInvalid'), /What to do: --help tells what the command takes/);
  assert.match(
    advice('InternalError'),
    /What to do: report it with the lines of the log that hold the request id/,
  );
  assert.doesNotMatch(advice('AccountLastAdministrator'), /What to do/);
});

void test('presentFailure() takes anything else for a bug and shows where', () => {
  const { text, exitCode } = presentFailure(new Error('boom'), false);
  assert.equal(exitCode, EXIT.bug);
  assert.match(text, /did not expect: boom[\s\S]*failure\.test\.ts/);
});
