// Whom the security centre shows which rooms.
import assert from 'node:assert/strict';
import test from 'node:test';
import { enSecurity } from '../words/en-security.ts';
import { orgBase, roomsOf } from './places.ts';

const paths = (path: string, of: Parameters<typeof roomsOf>[2]): string[] =>
  roomsOf(enSecurity, path, of).flatMap(({ rooms }) => rooms.map((room) => room.path));
const current = (path: string, of: Parameters<typeof roomsOf>[2]): string[] =>
  roomsOf(enSecurity, path, of).flatMap(({ rooms }) =>
    rooms.flatMap((room) => (room.current ? [room.path] : [])),
  );

void test('roomsOf() shows rooms of the instance to who administers it, and of organisations to their owners', () => {
  const root = { oversees: true, owned: [], org: undefined };
  assert.ok(paths('/security', root).includes('/security/mail'));
  assert.ok(!paths('/security', root).some((path) => path.startsWith('/security/organizations')));
  const owner = { oversees: false, owned: ['acme'], org: 'acme' };
  const shown = paths('/security/organizations/acme', owner);
  assert.ok(shown.includes('/security/organizations/acme/ledger'));
  assert.ok(!shown.includes('/security') && !shown.includes('/security/users'));
});

void test('roomsOf() has the organisation whose rooms are open once, and the others beside it', () => {
  const owner = { oversees: false, owned: ['acme', 'umbrella'], org: 'acme' };
  const shown = paths('/security/organizations/acme', owner);
  assert.equal(shown.filter((path) => path === '/security/organizations/acme').length, 1);
  assert.ok(shown.includes('/security/organizations/umbrella'));
});

void test('roomsOf() says in which room somebody is', () => {
  const owner = { oversees: true, owned: ['acme'], org: 'acme' };
  assert.deepEqual(current('/security/organizations/acme/doors/1', owner), [
    '/security/organizations/acme/doors',
  ]);
  assert.deepEqual(current('/security/users/bob', { ...owner, org: undefined }), ['/security/users']);
  assert.deepEqual(current('/security', { ...owner, org: undefined }), ['/security']);
});

void test('roomsOf() names a list where there are many organisations', () => {
  const owned = Array.from({ length: 9 }, (_, n) => `org-${n}`);
  assert.deepEqual(paths('/security/organizations', { oversees: false, owned, org: undefined }), [
    '/security/organizations',
  ]);
  assert.equal(orgBase('a b'), '/security/organizations/a%20b');
});
