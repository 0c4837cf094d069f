// Names of users and organisations.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  isFullname,
  isNamespaceName,
  isPasswordAcceptable,
  isReservedName,
  lookalikeKey,
  nameKey,
} from './model.ts';
import { digestPassword, isOutdated, matchesPassword, randomPassword } from './password.ts';

void test('isNamespaceName() accepts what clients accept', () => {
  for (const name of ['a', 'alice', 'Alice-1', 'a_b.c', 'x'.repeat(96)])
    assert.ok(isNamespaceName(name), name);
  for (const name of [
    '',
    '-a',
    'a-',
    '.a',
    'a--b',
    'a..b',
    'a.git',
    'a/b',
    'a b',
    'é',
    'x'.repeat(97),
    '../x',
    'a\n',
  ])
    assert.ok(!isNamespaceName(name), name);
});

void test('isReservedName() keeps names that are paths or mislead, whatever their case', () => {
  for (const name of ['admin', 'API', 'Settings', 'datasets', 'spaces', 'resolve', 'huggingface'])
    assert.ok(isReservedName(name), name);
  assert.ok(!isReservedName('alice'));
});

void test('lookalikeKey() is one for names that look alike', () => {
  const alike = [
    ['google', 'g00gle', 'goog-le', 'GOOGLE'],
    ['modern', 'rnodern'],
    ['wall', 'vvall', 'wa1l', 'wai1'],
  ];
  for (const names of alike) assert.equal(new Set(names.map(lookalikeKey)).size, 1, names.join());
  assert.notEqual(lookalikeKey('alice'), lookalikeKey('bob'));
  assert.equal(nameKey('AbC'), 'abc');
});

void test('matchesPassword() accepts the password and nothing else', async () => {
  const digest = await digestPassword('correct horse');
  assert.match(digest, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.ok(await matchesPassword('correct horse', digest));
  assert.ok(!(await matchesPassword('correct horsf', digest)));
  assert.ok(!(await matchesPassword('x', 'not a digest')));
  assert.ok(!(await matchesPassword('', null)));
  assert.notEqual(await digestPassword('correct horse'), digest);
});

void test('isOutdated() finds digests that a new one would not look like', async () => {
  assert.ok(!isOutdated(await digestPassword('correct horse')));
  for (const parameters of ['m=19456,t=1,p=1', 'm=9216,t=2,p=1', 'm=19456,t=2,p=2'])
    assert.ok(isOutdated(`$argon2id$v=19$${parameters}$AAAA$AAAA`), parameters);
});

void test('isPasswordAcceptable() refuses what is short, or known of the account', () => {
  const alice = { name: 'alice', email: 'alice.liddell@example.org' };
  for (const password of [
    'short',
    'elevenchars',
    'alicealicealice',
    'alice.liddell@example.org',
    'aaaaaaaaaaaaaaaa',
    'x'.repeat(1025),
  ])
    assert.ok(!isPasswordAcceptable(password, alice), password);
  for (const password of ['four words are fine', 'twelve-chars', 'Pässwörter gehen auch'])
    assert.ok(isPasswordAcceptable(password, alice), password);
});

void test('randomPassword() makes 24 characters that are easy to read out', () => {
  const passwords = new Set(Array.from({ length: 100 }, randomPassword));
  assert.equal(passwords.size, 100);
  for (const password of passwords) assert.match(password, /^[a-zA-Z2-9]{24}$/);
});

void test('isFullname() takes what people are called, and nothing that hides', () => {
  for (const name of ['Ana', 'Ana Lúcia d’Ávila', '田中 太郎', 'x'.repeat(96)])
    assert.ok(isFullname(name), name);
  for (const name of [
    '',
    'x'.repeat(97),
    'a\u202Eb',
    'a\u200Bb',
    'a\u2028b',
    'a\tb',
    'a\uD800b',
    '\u3164',
    '\u2800',
  ])
    assert.ok(!isFullname(name), JSON.stringify(name));
});
