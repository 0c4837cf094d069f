// What an issuer says is taken where it has the form that it should have, and nowhere else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readClaims } from './claims.ts';

const SAID = { iss: 'https://sso.example.org', sub: 'u1' };

void test('readClaims() takes an address for verified only where the issuer says just that', () => {
  for (const said of ['true', 1, null, undefined, {}, [true]])
    assert.equal(
      readClaims({ ...SAID, email: 'a@b', email_verified: said }, {}, 'groups').emailVerified,
      false,
    );
  assert.equal(readClaims({ ...SAID, email: 'a@b', email_verified: true }, {}, 'groups').emailVerified, true);
});

void test('readClaims() reads groups by the claim that names them, and only texts', () => {
  const groupsOf = (value: unknown): readonly string[] =>
    readClaims({ ...SAID, roles: value, groups: ['wrong'] }, {}, 'roles').groups;
  assert.deepEqual(groupsOf(['a', 'b']), ['a', 'b']);
  assert.deepEqual(groupsOf('a'), ['a']);
  for (const value of [undefined, null, 5, {}, [], [['a']], [''], ['x'.repeat(501)]])
    assert.deepEqual(groupsOf(value), [], JSON.stringify(value));
  assert.equal(groupsOf(Array.from({ length: 9_000 }, String)).length, 2_000);
});

void test('readClaims() has no name and no address that are not texts', () => {
  const { name, email } = readClaims({ ...SAID, preferred_username: 7, email: ['a@b'] }, {}, 'groups');
  assert.deepEqual([name, email], [null, null]);
  assert.equal(readClaims({ ...SAID, nickname: 'ada' }, {}, 'groups').name, 'ada');
});

void test('readClaims() takes an address and whether it is verified from one place', () => {
  const read = (token: object, more: object): unknown[] => {
    const { email, emailVerified } = readClaims({ ...SAID, ...token }, { ...more }, 'groups');
    return [email, emailVerified];
  };
  const [typed, proved] = [{ email: 'victim@b' }, { email: 'mine@b', email_verified: true }];
  assert.deepEqual(read(typed, proved), ['victim@b', false]);
  assert.deepEqual(read({ email_verified: true }, typed), ['victim@b', false]);
  assert.deepEqual(read({}, proved), ['mine@b', true]);
  assert.deepEqual(read(proved, typed), ['mine@b', true]);
  assert.deepEqual(read({ email: 7, email_verified: true }, typed), ['victim@b', false]);
});
