// Frames of the hub's page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId } from '@holdfast/kernel/id';
import { FrameTickets, framePolicy, keepsFrameCookies, noticeFramers, signFrameTicket } from './frames.ts';
import { signPass } from './visits.ts';
import { keysOf } from '../../../test/harness/test-keys.ts';

const keys = keysOf(7);
const at = new Date('2026-01-01T00:00:00Z');
const sessionId = newId(at);
const later = (seconds: number): Date => new Date(at.getTime() + seconds * 1000);

void test('FrameTickets.take() takes a ticket once, within a minute, for its own Space', () => {
  const tickets = new FrameTickets(keys);
  const text = signFrameTicket(keys, { label: 'ann-demo', sessionId, at });
  assert.equal(tickets.take(text, 'bob-demo', at), undefined);
  assert.equal(tickets.take(text, 'ann-demo', later(61))?.counts, false);
  assert.deepEqual(tickets.take(text, 'ann-demo', later(60)), { sessionId, counts: true });
  assert.deepEqual(tickets.take(text, 'ann-demo', later(60)), { sessionId, counts: false });
  for (const longer of [`${text}.`, `${text}.x`])
    assert.equal(tickets.take(longer, 'ann-demo', at), undefined);
  const other = signFrameTicket(keys, { label: 'ann-demo', sessionId, at });
  assert.notEqual(other, text, 'two pages at the same moment');
  assert.equal(tickets.take(other, 'ann-demo', at)?.counts, true);
});

void test('FrameTickets.take() forgets what is too old, and still does not take it', () => {
  const tickets = new FrameTickets(keys);
  const first = signFrameTicket(keys, { label: 'a-b', sessionId, at });
  assert.equal(tickets.take(first, 'a-b', at)?.counts, true);
  const second = signFrameTicket(keys, { label: 'a-b', sessionId, at: later(200) });
  assert.equal(tickets.take(second, 'a-b', later(200))?.counts, true);
  assert.equal(tickets.take(first, 'a-b', later(200))?.counts, false);
});

void test('FrameTickets.take() takes neither a cookie nor a ticket of another kind', () => {
  const tickets = new FrameTickets(keys);
  for (const kind of ['space-ticket', 'space-cookie', 'space-frame'] as const)
    assert.equal(
      tickets.take(signPass(keys, kind, { label: 'a-b', sessionId, at, browser: 'x' }), 'a-b', at),
      undefined,
    );
  for (const text of ['', '....', 'a-b.x.y.z.s']) assert.equal(tickets.take(text, 'a-b', at), undefined);
});

void test('framePolicy() leaves what everybody sees to everybody', () => {
  assert.equal(framePolicy({ kind: 'anonymous', mayReadPublic: true }, 'https://hub.example'), undefined);
  const system = { kind: 'system', part: 'spaces' } as const;
  assert.equal(framePolicy(system, 'https://hub.example'), "frame-ancestors 'self' https://hub.example");
});

void test('noticeFramers() keeps a notice to somebody in particular in pages of the hub', () => {
  assert.equal(noticeFramers({ kind: 'anonymous', mayReadPublic: true }, 'https://hub.example'), '*');
  assert.equal(
    noticeFramers({ kind: 'system', part: 'spaces' }, 'https://hub.example'),
    'https://hub.example',
  );
});

void test('keepsFrameCookies() knows where a browser keeps them', () => {
  assert.equal(keepsFrameCookies('https://a-b.spaces.example'), true);
  assert.equal(keepsFrameCookies('http://a-b.localhost:8080'), true);
  assert.equal(keepsFrameCookies('http://a-b.spaces.example'), false);
});
