// An entry is an organisation's by what it is about, since when that is its own, and whom a decision about a token was for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, type Id } from '@holdfast/kernel/id';
import { isWithin } from './org-scope-store.ts';
import { type FoundEntry } from './search-store.ts';

const entry: FoundEntry = {
  ...{ hash: 'a', at: '2026-11-25T12:00:00.000000Z', writer: 'hub', kind: 'a.b', subject: 'repo:1' },
  ...{ actor: 'anonymous', credential: '', body: '{"org":"acme"}', personal: {}, doubted: {} },
};

void test('isWithin() takes what is about the subject, from its moment on, for that organisation', () => {
  const acme = 'acme' as Id;
  const cases: [Parameters<typeof isWithin>[0], boolean][] = [
    [{ subject: 'repo:1' }, true],
    [{ subject: 'repo:2' }, false],
    [{ subject: 'repo:1', since: new Date('2026-11-25T12:00:00Z') }, true],
    [{ subject: 'repo:1', since: new Date('2026-11-25T12:00:01Z') }, false],
    [{ subject: 'repo:1', org: acme }, true],
    [{ subject: 'repo:1', org: 'umbrella' as Id }, false],
  ];
  for (const [scope, expected] of cases)
    assert.equal(isWithin(scope, entry), expected, JSON.stringify(scope));
});

void test('isWithin() leaves out repeats of reads that may be of the hour before a repository came', () => {
  const repeat = { ...entry, kind: 'read.repeated' };
  const cases: [since: string, expected: boolean][] = [
    ['2026-11-25T11:30:00Z', false],
    ['2026-11-25T11:00:00Z', false],
    ['2026-11-25T10:58:00Z', true],
  ];
  for (const [since, expected] of cases)
    assert.equal(isWithin({ subject: 'repo:1', since: new Date(since) }, repeat), expected, since);
});

void test('isWithin() leaves out what sums up a run that began before its Space came', () => {
  const since = new Date('2026-11-25T11:00:00Z');
  const cases: [began: string, kind: string, expected: boolean][] = [
    ['2026-11-25T10:59:00Z', 'space.contacted', false],
    ['2026-11-25T10:59:00Z', 'space.egress-refused', false],
    ['2026-11-25T10:59:00Z', 'secret.used', true],
    ['2026-11-25T11:01:00Z', 'space.contacted', true],
  ];
  for (const [began, kind, expected] of cases) {
    const body = JSON.stringify({ run: newId(new Date(began)) });
    assert.equal(
      isWithin({ subject: 'repo:1', since }, { ...entry, kind, body }),
      expected,
      `${kind} ${began}`,
    );
  }
});
