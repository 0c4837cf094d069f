// Cookies of pages and of Spaces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cookieHeader, findCookie, isOurCookie } from './cookies.ts';

void test('with https no other host can set the cookie, and nowhere is it for another host', () => {
  const https = cookieHeader('space', 'x', 'https://a.apps.example.org');
  assert.equal(https, '__Host-holdfast-space=x; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure');
  const http = cookieHeader('mark', 'x', 'http://a.localhost:8080');
  assert.equal(http, 'holdfast-8080-mark=x; Path=/; Max-Age=600; HttpOnly; SameSite=Lax');
});

void test('findCookie() finds its own cookie among others', () => {
  const found = (header: string | undefined) => findCookie('space', header, 'http://a.localhost:8080');
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

void test('isOurCookie() knows a name of ours, also where a browser would send it back out of a value', () => {
  const isOurs = (setCookie: string): boolean => isOurCookie(setCookie, 'http://a.localhost:8080');
  for (const setCookie of [
    'holdfast-8080-space=x',
    ' holdfast-8080-mark = x',
    '=holdfast-8080-space=x; Path=/',
  ])
    assert.ok(isOurs(setCookie), setCookie);
  for (const setCookie of ['a=holdfast-8080-space=x', 'holdfast-8081-space=x', '=a'])
    assert.ok(!isOurs(setCookie), setCookie);
});

void test('a cookie for frames goes along where the same site shows the frame, and from a secure origin alone', () => {
  for (const baseUrl of ['http://a-b.localhost:8080', 'https://a-b.spaces.example']) {
    const header = cookieHeader('frame', 'v', baseUrl);
    assert.match(header, /; HttpOnly; SameSite=None; Secure; Partitioned$/);
    assert.equal(header.startsWith('__Host-'), baseUrl.startsWith('https:'));
    assert.doesNotMatch(header, /Domain|Lax/);
  }
});
