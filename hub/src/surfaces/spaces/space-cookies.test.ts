// Cookies of Spaces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findSpaceCookie, keepSpaceCookie } from './space-cookies.ts';

void test('with https no other host can set the cookie, and nowhere is it for another host', () => {
  const https = keepSpaceCookie('space', 'https://a.apps.example.org', 'x');
  assert.equal(https, '__Host-holdfast-space=x; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure');
  const http = keepSpaceCookie('mark', 'http://a.localhost:8080', 'x');
  assert.equal(http, 'holdfast-8080-mark=x; Path=/; Max-Age=600; HttpOnly; SameSite=Lax');
});

void test('findSpaceCookie() finds its own cookie among others', () => {
  const found = (header: string | undefined) => findSpaceCookie('space', 'http://a.localhost:8080', header);
  assert.equal(found('a=b; holdfast-8080-space=x; holdfast-8081-space=y'), 'x');
  for (const header of [
    undefined,
    '',
    'holdfast-8081-space=y',
    'xholdfast-8080-space=x',
    'holdfast-8080-space',
  ])
    assert.equal(found(header), undefined, String(header));
});
