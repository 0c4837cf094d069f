// MACs under derived keys.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '@holdfast/kernel/secret';
import { dealHours, HourRoots } from './hour-keys.ts';
import { Keys } from './keys.ts';

const HOUR_MS = 3_600_000;
// Within an hour, and not near its end.
const AT = 500_000 * HOUR_MS + 600_000;

const secret = (byte: number): Secret<Buffer> => new Secret(Buffer.alloc(32, byte));
const rootsAt = (now: number, byte = 9): HourRoots => new HourRoots(dealHours(secret(byte), now));
const keysOf = (byte: number): Keys => new Keys(secret(byte), rootsAt(AT));
const keys = keysOf(7);

void test('verifies() accepts its own MAC and no other', () => {
  const mac = keys.mac('token-row', ['a', 'b']);
  assert.ok(keys.verifies('token-row', ['a', 'b'], mac));
  assert.ok(!keys.verifies('token-row', ['a', 'c'], mac));
  assert.ok(!keys.verifies('token-row', ['a', 'b'], mac.subarray(1)));
  assert.ok(!keys.verifies('token-row', ['a', 'b'], Buffer.alloc(32)));
});

void test('mac() frames its parts, so that no two lists of parts share a MAC', () => {
  assert.notDeepEqual(keys.mac('token-row', ['ab', 'c']), keys.mac('token-row', ['a', 'bc']));
  assert.notDeepEqual(keys.mac('token-row', ['a']), keys.mac('token-row', ['a', '']));
});

void test('mac() gives each purpose and each root a key of its own', () => {
  assert.notDeepEqual(keys.mac('token-row', ['a']), keys.mac('session-row', ['a']));
  assert.notDeepEqual(keys.mac('token-row', ['a']), keysOf(8).mac('token-row', ['a']));
});

void test('seal() hides bytes, and open() gives them back in their own context alone', () => {
  const keys = keysOf(1);
  const sealed = keys.seal('totp-seed', Buffer.from('a seed'), 'user:a');
  assert.ok(!sealed.includes('a seed'));
  assert.notDeepEqual(keys.seal('totp-seed', Buffer.from('a seed'), 'user:a'), sealed);
  assert.equal(keys.open('totp-seed', sealed, 'user:a').toString(), 'a seed');
  assert.throws(() => keys.open('totp-seed', sealed, 'user:b'));
  assert.throws(() => keys.open('half-sign-in', sealed, 'user:a'));
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = Buffer.from(sealed);
    altered[at] = (altered[at] ?? 0) ^ 1;
    assert.throws(() => keys.open('totp-seed', altered, 'user:a'), `byte ${at}`);
  }
  assert.throws(() => keys.open('totp-seed', sealed.subarray(0, 20), 'user:a'));
  assert.throws(() => keysOf(2).open('totp-seed', sealed, 'user:a'));
});

void test('signed() believes what passes as long as it may be good, on every hub, and not an hour longer', () => {
  const made = keys.sign('signed-link', ['a']);
  const good = (now: number): boolean => new Keys(secret(7), rootsAt(now)).signed('signed-link', ['a'], made);
  for (const hours of [0, 1, 6]) assert.ok(good(AT + hours * HOUR_MS), `after ${hours} hours`);
  assert.ok(!good(AT + 7 * HOUR_MS), 'a link of six hours');
  assert.ok(!good(AT - HOUR_MS), 'nobody signs with an hour that has not begun');
  const half = keys.sign('half-sign-in', ['a']);
  const known = (now: number): boolean =>
    new Keys(secret(7), rootsAt(now)).signed('half-sign-in', ['a'], half);
  assert.deepEqual([AT, AT + HOUR_MS, AT + 2 * HOUR_MS].map(known), [true, true, false]);
  const lasting = keys.sign('run-proof', ['a']);
  assert.ok(new Keys(secret(7), rootsAt(AT + 9_000 * HOUR_MS)).signed('run-proof', ['a'], lasting));
});

void test('signed() takes what a hub whose clock is a minute ahead signed in the next hour', () => {
  const end = Math.floor(AT / HOUR_MS) * HOUR_MS + HOUR_MS;
  const ahead = new Keys(secret(7), rootsAt(end + 1));
  const ours = new Keys(secret(7), rootsAt(end - 60_000));
  assert.ok(ours.signed('xet-access', ['a'], ahead.sign('xet-access', ['a'])));
  assert.ok(ahead.signed('xet-access', ['a'], ours.sign('xet-access', ['a'])));
});

void test('take() has a hub sign with the next hour, and forget the one that went out of reach', () => {
  const roots = rootsAt(AT);
  const ours = new Keys(secret(7), roots);
  const [link, cookie] = [ours.sign('signed-link', ['a']), ours.sign('space-cookie', ['a'])];
  const note = ours.seal('sign-on', Buffer.from('a note'), 'of it');
  roots.take(dealHours(secret(9), AT + HOUR_MS));
  assert.notEqual(ours.sign('signed-link', ['a']), link);
  assert.ok(ours.signed('signed-link', ['a'], link));
  assert.equal(ours.open('sign-on', note, 'of it').toString(), 'a note');
  roots.take(dealHours(secret(9), AT + 24 * HOUR_MS));
  assert.ok(ours.signed('space-cookie', ['a'], cookie), 'a cookie of a day');
  assert.ok(!ours.signed('signed-link', ['a'], link));
  assert.throws(() => ours.open('sign-on', note, 'of it'));
  roots.take(dealHours(secret(9), AT + 25 * HOUR_MS));
  assert.ok(!ours.signed('space-cookie', ['a'], cookie));
});

void test('what a hub holds makes no key of an hour to come, nor of another root', () => {
  const dealt = dealHours(secret(9), AT);
  assert.equal(dealt.current, 0);
  const later = dealHours(secret(9), AT + HOUR_MS).roots[0] ?? '';
  assert.ok(!dealt.roots.includes(later));
  const others = new Keys(secret(7), rootsAt(AT, 8));
  assert.ok(!keys.signed('signed-link', ['a'], others.sign('signed-link', ['a'])));
});
