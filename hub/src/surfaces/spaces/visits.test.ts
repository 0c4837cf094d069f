// Tickets and cookies of Spaces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { Keys } from '@holdfast/platform/keys';
import { localPath, sessionOf, signPass, spaceCookie } from './visits.ts';

const keys = new Keys(new Secret(Buffer.alloc(32, 7)));
const at = new Date('2026-01-01T00:00:00Z');
const sessionId = newId(at);
const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);

void test('a ticket opens its own Space, for a minute', () => {
  const text = signPass(keys, 'space-ticket', { label: 'ann-demo', sessionId, at });
  const found = (label: string, now: Date) => sessionOf(keys, 'space-ticket', { text, label, now });
  assert.equal(found('ann-demo', later(60)), sessionId);
  assert.equal(found('ann-demo', later(61)), undefined);
  assert.equal(found('ann-demo', later(-1)), undefined);
  assert.equal(found('bob-demo', at), undefined);
});

void test('a ticket is no cookie, a cookie no ticket, and what was changed is neither', () => {
  const ticket = signPass(keys, 'space-ticket', { label: 'ann-demo', sessionId, at });
  const asCookie = (text: string | undefined) =>
    sessionOf(keys, 'space-cookie', { text, label: 'ann-demo', now: at });
  assert.equal(asCookie(ticket), undefined);
  const cookie = signPass(keys, 'space-cookie', { label: 'ann-demo', sessionId, at });
  assert.equal(asCookie(cookie), sessionId);
  for (const text of [
    undefined,
    '',
    'a.b.c.d',
    cookie.replace(sessionId, newId(at)),
    `${cookie}A`,
    cookie.slice(0, -1),
  ])
    assert.equal(asCookie(text), undefined, String(text));
});

void test('localPath() stays where it is', () => {
  for (const path of ['/', '/a/b?c=d', '/%2F/evil']) assert.equal(localPath(path), path);
  for (const text of [
    undefined,
    '',
    'a',
    '//evil.com',
    '/\\evil.com',
    '/a\\b',
    'https://evil.com',
    '/a b',
    '/a\nb',
    '/é',
  ])
    assert.equal(localPath(text), '/', String(text));
});

void test('with https no other host can set or read the cookie', () => {
  const https = spaceCookie('https://a.apps.example.org', 'x');
  assert.match(https, /^__Host-holdfast-space=x; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure$/);
  assert.match(spaceCookie('http://a.localhost:8080', 'x'), /^holdfast-8080-space=x; (?!.*Domain)/);
});
