// Tickets and cookies of Spaces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId } from '@holdfast/kernel/id';
import { digestOfMark, localPath, MARK_DIGEST, newMark, sessionOf, signPass } from './visits.ts';
import { keysOf } from '../../../test/harness/test-keys.ts';

const keys = keysOf(7);
const at = new Date('2026-01-01T00:00:00Z');
const sessionId = newId(at);
const browser = digestOfMark('a mark');
const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);

void test('a ticket opens its own Space to its own browser, for a minute', () => {
  const text = signPass(keys, 'space-ticket', { label: 'ann-demo', sessionId, at, browser });
  const found = (label: string, now: Date, by = browser) =>
    sessionOf(keys, 'space-ticket', { text, label, now, browser: by });
  assert.equal(found('ann-demo', later(60)), sessionId);
  assert.equal(found('ann-demo', later(61)), undefined);
  assert.equal(found('ann-demo', later(-1)), undefined);
  assert.equal(found('bob-demo', at), undefined);
  assert.equal(found('ann-demo', at, digestOfMark('another')), undefined);
  assert.equal(found('ann-demo', at, ''), undefined);
});

void test('a ticket is no cookie, a cookie no ticket, and what was changed is neither', () => {
  const about = { label: 'ann-demo', sessionId, at };
  const ticket = signPass(keys, 'space-ticket', { ...about, browser: '' });
  const asCookie = (text: string | undefined) =>
    sessionOf(keys, 'space-cookie', { text, label: 'ann-demo', now: at, browser: '' });
  assert.equal(asCookie(ticket), undefined);
  const cookie = signPass(keys, 'space-cookie', { ...about, browser: '' });
  assert.equal(asCookie(cookie), sessionId);
  for (const text of [
    ...[undefined, '', 'a.b.c.d.e', cookie.replace(sessionId, newId(at))],
    ...[`${cookie}A`, cookie.slice(0, -1)],
  ])
    assert.equal(asCookie(text), undefined, String(text));
});

void test('marks are new each time, and so are their digests', () => {
  const [one, other] = [newMark(), newMark()];
  assert.notEqual(one, other);
  assert.match(one, MARK_DIGEST);
  assert.match(digestOfMark(one), MARK_DIGEST);
  assert.notEqual(digestOfMark(one), one);
});

void test('localPath() stays where it is', () => {
  for (const path of ['/', '/a/b?c=d', '/%2F/evil']) assert.equal(localPath(path), path);
  for (const text of [
    ...[undefined, '', 'a', '//evil.com', '/\\evil.com', '/a\\b', 'https://evil.com', '/a b', '/a\nb', '/é'],
    `/${'a'.repeat(2_000)}`,
  ])
    assert.equal(localPath(text), '/', String(text));
});
