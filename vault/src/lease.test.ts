// How many uses one entry allows.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LEASE, usesNext, wayOf } from './lease.ts';

/** Entries in a second of an app that calls so often, once it has done so for some seconds; each is asked for when the one before is used up. */
function entriesAt(callsPerSecond: number): number {
  const allowed = new Map();
  let count = 0;
  for (let now = 0; now < 10_000; count += now > 5_000 ? 1 : 0)
    now += (usesNext(allowed, 'version', now) / callsPerSecond) * 1_000;
  return count / 5;
}

void test('an app asks a few times a second at most, however often it calls', () => {
  for (const calls of [10, 200, 1_000, 6_000, 13_000, 25_000])
    assert.ok(entriesAt(calls) <= 5, `${calls} calls a second: ${entriesAt(calls)} entries`);
});

void test('an app that calls seldom leaves few uses that did not happen, also after it called often', () => {
  const allowed = new Map();
  const at = (now: number, version = 'version'): number => usesNext(allowed, version, now);
  assert.deepEqual([at(0), at(10), at(20), at(400), at(900)], [200, 400, 800, 800, 800]);
  assert.equal(at(20, 'another'), LEASE.uses);
  assert.equal(at(3_000), LEASE.uses);
  for (let now = 3_000; now < 3_200; now += 10) at(now);
  assert.equal(at(3_210), 6_400);
});

void test('ways are told apart, and not more of them remembered than there are', () => {
  const way = (version: string, host: string): string => wayOf({ version, route: { host, method: 'GET' } });
  assert.equal(new Set([way('a', 'x'), way('a', 'y'), way('b', 'x'), way('a', 'x')]).size, 3);
  const allowed = new Map();
  for (let n = 0; n < 5_000; n += 1) assert.equal(usesNext(allowed, `way ${n}`, n), LEASE.uses);
  assert.ok(allowed.size <= 1_000);
});
