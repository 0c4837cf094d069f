// What clients read of a refusal.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Fault } from '@holdfast/kernel/fault';
import { clientCode, headerText, statusOf } from './fault-table.ts';

void test('clientCode() gives the names on which clients branch, and spells others alike', () => {
  const code = (text: string): string => clientCode(new Fault('missing', text, ''));
  assert.equal(code('repo.missing'), 'RepoNotFound');
  assert.equal(code('repo.sign-in-needed'), 'RepoNotFound');
  assert.equal(code('revision.missing'), 'RevisionNotFound');
  assert.equal(code('entry.missing'), 'EntryNotFound');
  assert.equal(code('repo.gated'), 'GatedRepo');
  assert.equal(code('request.body-too-large'), 'RequestBodyTooLarge');
});

void test('statusOf() maps every kind', () => {
  const kinds = [
    'invalid',
    'unauthenticated',
    'forbidden',
    'missing',
    'conflict',
    'stale',
    'too-large',
    'misdirected',
    'limited',
    'unavailable',
    'full',
  ] as const;
  assert.deepEqual(
    kinds.map((kind) => statusOf(new Fault(kind, 'x', ''))),
    [400, 401, 403, 404, 409, 412, 413, 421, 429, 503, 507],
  );
});

void test('headerText() keeps to one line of Latin letters, so that no header can be injected', () => {
  assert.equal(headerText('a\r\nSet-Cookie: x=é'), 'a??Set-Cookie: x=?');
  assert.equal(headerText('x'.repeat(1000)).length, 500);
});
