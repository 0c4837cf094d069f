// Windows, quotas and who counts as one caller.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isLoopback, RateLimiter } from './rate-limit.ts';

function limiterAt(clock: { ms: number }): RateLimiter {
  const quotas = { api: { anonymous: 2, signedIn: 4 }, resolve: { anonymous: 3, signedIn: 6 } };
  return new RateLimiter({ quotas, windowSeconds: 300, clock: { now: () => new Date(clock.ms) } });
}

void test('count() allows the quota and refuses what is above it', () => {
  const limiter = limiterAt({ ms: 1000 });
  const caller = { key: 'a', signedIn: false };
  assert.deepEqual(limiter.count('api', caller), { allowed: true, remaining: 1, resetIn: 299, quota: 2 });
  assert.equal(limiter.count('api', caller).allowed, true);
  assert.deepEqual(limiter.count('api', caller), { allowed: false, remaining: 0, resetIn: 299, quota: 2 });
});

void test('count() keeps callers and allowances apart, and gives the signed-in more', () => {
  const limiter = limiterAt({ ms: 0 });
  for (let n = 0; n < 3; n += 1) limiter.count('api', { key: 'a', signedIn: false });
  assert.ok(limiter.count('api', { key: 'b', signedIn: false }).allowed);
  assert.ok(limiter.count('resolve', { key: 'a', signedIn: false }).allowed);
  assert.equal(limiter.count('api', { key: 'c', signedIn: true }).quota, 4);
});

void test('count() begins anew with the next window', () => {
  const clock = { ms: 299_000 };
  const limiter = limiterAt(clock);
  for (let n = 0; n < 3; n += 1) limiter.count('api', { key: 'a', signedIn: false });
  clock.ms = 300_000;
  assert.deepEqual(limiter.count('api', { key: 'a', signedIn: false }), {
    allowed: true,
    remaining: 1,
    resetIn: 300,
    quota: 2,
  });
});

void test('count() does not forget who called often because many others call once', () => {
  const limiter = limiterAt({ ms: 0 });
  const often = { key: 'often', signedIn: false };
  const user = { key: 'user', signedIn: true };
  for (let n = 0; n < 3; n += 1) limiter.count('api', often);
  for (let n = 0; n < 5; n += 1) limiter.count('api', user);
  for (let n = 0; n < 250_000; n += 1) limiter.count('api', { key: `flood-${n}`, signedIn: false });
  assert.equal(limiter.count('api', often).allowed, false);
  assert.equal(limiter.count('api', user).allowed, false);
  assert.ok(limiter.size <= 200_000, String(limiter.size));
});

void test('isLoopback() knows this machine in every spelling', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) assert.ok(isLoopback(address));
  for (const address of ['10.0.0.1', '2001:db8::1', '::ffff:10.0.0.1']) assert.ok(!isLoopback(address));
});
