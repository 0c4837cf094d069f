// When a session lasts, what its value is, and when a try is let through.
import assert from 'node:assert/strict';
import test from 'node:test';
import { digestValue, isLive, mayTry, mintValue, TRY_LIMITS } from './model.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const days = (count: number): Date => new Date(NOW.getTime() + count * 86_400_000);

void test('isLive() ends a session by its end, its age, its idleness and a sign-out of its user', () => {
  const session = { endedAt: null, expiresAt: days(10), seenAt: days(-13), provedAt: days(-20) };
  assert.ok(isLive(session, null, NOW));
  assert.ok(!isLive({ ...session, endedAt: days(-1) }, null, NOW));
  assert.ok(!isLive({ ...session, expiresAt: NOW }, null, NOW));
  assert.ok(!isLive({ ...session, seenAt: days(-14.01) }, null, NOW));
  assert.ok(!isLive(session, days(-19), NOW));
  assert.ok(!isLive(session, session.provedAt, NOW));
  assert.ok(isLive(session, days(-21), NOW));
});

void test('digestValue() knows a value by its form and keeps nothing of it', () => {
  const value = mintValue().reveal('to test it');
  assert.match(value, /^[A-Za-z0-9_-]{43}$/);
  assert.match(digestValue(value) ?? '', /^[0-9a-f]{64}$/);
  assert.notEqual(digestValue(value), digestValue(mintValue().reveal('to test it')));
  for (const text of ['', 'x', `${value}x`, `${value.slice(1)}!`])
    assert.equal(digestValue(text), undefined, text);
});

void test('mayTry() stops guesses at one account, and from one address, and never locks an owner out', () => {
  const { pair, address, account } = TRY_LIMITS;
  assert.ok(mayTry({ pair: pair.tries, address: address.tries, account: account.tries }));
  assert.ok(!mayTry({ pair: pair.tries + 1, address: 1, account: 1 }));
  assert.ok(!mayTry({ pair: 1, address: address.tries + 1, account: 1 }));
  assert.ok(!mayTry({ pair: 2, address: 2, account: account.tries + 1 }));
  // An attacker with a million tries elsewhere takes nothing from an address that has not tried.
  assert.ok(mayTry({ pair: 1, address: 1, account: 1_000_000 }));
});

void test('codes are tried so seldom that a year of it finds none', () => {
  const { code, placeCode, knownCode, newCode, weekOfCodes } = TRY_LIMITS;
  // Of `vault/src/seeds.ts`.
  const [vaultPerHour, right] = [60, 3 / 1_000_000];
  assert.ok(code.tries + placeCode.tries + knownCode.tries + newCode.tries <= vaultPerHour);
  assert.ok(1 - (1 - right) ** (53 * weekOfCodes.tries) < 0.01);
});
