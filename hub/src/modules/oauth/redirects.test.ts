// To where an answer may be sent.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hostOf, isRedirectAddress, isSameRedirect, withFields } from './redirects.ts';

void test('isRedirectAddress() lets through what is read as it is written', () => {
  for (const one of [
    'https://app.example',
    'https://app.example/back?from=hub',
    'https://app.example:8443/',
    'http://localhost:3000/back',
    'http://127.0.0.1/back',
    'http://[::1]:9/',
    'com.example.app:/back',
  ])
    assert.ok(isRedirectAddress(one), one);
  for (const one of [
    '',
    'app.example/back',
    'http://app.example/back',
    'http://localhost.evil.example/',
    'http://127.0.0.2/',
    'https://user@app.example/',
    'https://app.example/#here',
    'https://app.example\\@evil.example/',
    'https://app.example/a b',
    'https://app.example/\u00e9',
    'https://APP.example/',
    'https://app.example/a/../b',
    'https://app.example:443/',
    'https:app.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'x:/back',
    `https://app.example/${'a'.repeat(500)}`,
  ])
    assert.ok(!isRedirectAddress(one), one);
});

void test('isSameRedirect() compares letter for letter, save the port of the own machine', () => {
  const mine = 'http://127.0.0.1:1/back?x=1';
  assert.ok(isSameRedirect(mine, 'http://127.0.0.1:65000/back?x=1'));
  assert.ok(isSameRedirect(mine, 'http://127.0.0.1/back?x=1'));
  for (const other of [
    'http://localhost:1/back?x=1',
    'http://127.0.0.1:1/back?x=2',
    'http://127.0.0.1:1/back/?x=1',
    'http://127.0.0.1:1@evil.example/back?x=1',
    'http://127.0.0.1:99999/back?x=1',
    'https://127.0.0.1:1/back?x=1',
  ])
    assert.ok(!isSameRedirect(mine, other), other);
  const theirs = 'https://app.example/back';
  for (const other of [
    'https://app.example:444/back',
    `${theirs}/`,
    `${theirs}?x`,
    'https://app.example/Back',
  ])
    assert.ok(!isSameRedirect(theirs, other), other);
});

void test('hostOf() and withFields() say where one is sent, and keep what the address has', () => {
  assert.deepEqual(['https://app.example:8/x', 'com.example.app:/back'].map(hostOf), [
    'app.example:8',
    'com.example.app:',
  ]);
  assert.equal(
    withFields('https://a.example/?x=1', { code: 'c&d', state: undefined }),
    'https://a.example/?x=1&code=c%26d',
  );
});
