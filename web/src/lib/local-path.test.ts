// Links that end elsewhere.
import assert from 'node:assert/strict';
import test from 'node:test';
import { localPath } from './local-path.ts';

void test('localPath() keeps what leads to a page of ours', () => {
  for (const path of ['/', '/account', '/account/tokens?a=b', '/a%2f%2fb', '/@host'])
    assert.equal(localPath(path), path);
  assert.equal(localPath('/a/../b#part'), '/b');
});

void test('localPath() takes the fallback for what a browser would read as another place', () => {
  const hostile = [
    '//evil.example',
    '///evil.example',
    String.raw`/\evil.example`,
    String.raw`\\evil.example`,
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    'evil.example',
    '',
    null,
  ];
  for (const text of hostile) assert.equal(localPath(text, '/home'), '/home', String(text));
});
