// Telling a database that is away from everything else that fails.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isDatabaseAway } from './faults.ts';

function errorWith(properties: object, message = 'failed'): Error {
  return Object.assign(new Error(message), properties);
}

void test('isDatabaseAway() knows a server that is gone, ends, starts or is full', () => {
  for (const code of ['57P01', '57P02', '57P03', '08006', '08P01', '53300'])
    assert.ok(isDatabaseAway(errorWith({ code })), code);
  const socket = '/run/postgres/.s.PGSQL.5432';
  assert.ok(isDatabaseAway(errorWith({ code: 'ENOENT', syscall: 'connect', address: socket })));
  assert.ok(isDatabaseAway(errorWith({ code: 'ECONNREFUSED', syscall: 'connect' })));
  assert.ok(isDatabaseAway(errorWith({ code: 'ECONNRESET', syscall: 'read' })));
  assert.ok(isDatabaseAway(errorWith({ code: 'EPIPE', syscall: 'write' })));
  assert.ok(isDatabaseAway(errorWith({ code: 'EAI_AGAIN', syscall: 'getaddrinfo' })));
  assert.ok(isDatabaseAway(new Error('Connection terminated unexpectedly')));
  assert.ok(isDatabaseAway(new Error('timeout exceeded when trying to connect')));
});

void test('isDatabaseAway() looks at causes, and at the errors of each address', () => {
  const refused = errorWith({ code: 'ECONNREFUSED', syscall: 'connect' });
  assert.ok(isDatabaseAway(new Error('the commit failed', { cause: refused })));
  assert.ok(isDatabaseAway(new AggregateError([refused, refused])));
});

void test('isDatabaseAway() takes no other failure for it', () => {
  for (const code of ['23505', '40001', '42501', '42P01', '57014', '53100'])
    assert.ok(!isDatabaseAway(errorWith({ code })), code);
  assert.ok(!isDatabaseAway(errorWith({ code: 'ENOENT', syscall: 'open', path: '/objects/a' })));
  assert.ok(!isDatabaseAway(errorWith({ code: 'EIO', syscall: 'read' })));
  assert.ok(!isDatabaseAway(errorWith({ code: 'ECONNRESET' }, 'aborted')), 'a caller who hung up');
  assert.ok(!isDatabaseAway(new TypeError('undefined is not a function')));
  assert.ok(!isDatabaseAway('57P01'));
  assert.ok(!isDatabaseAway(new AggregateError([])));
});
