// Which tokens reach an organisation.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { type Grant } from '#modules/access';
import { claimsOrg, laterThan, reachOf, sealedDecision } from './reach-model.ts';

const ANY = { refusesClassic: false, approvesTokens: false, mostTokenDays: null };
const FINE: Grant = { role: 'fineGrained', scoped: [], global: [], canReadGatedRepos: false };
const at = new Date('2026-06-01T00:00:00Z');
const days = (n: number): Date => new Date(at.getTime() + n * 86_400_000);

void test('reachOf() holds tokens to what the organisation asks', () => {
  const classic = { grant: { role: 'read' } as const, createdAt: at, expiresAt: days(90) };
  const fine = { ...classic, grant: FINE };
  assert.equal(reachOf(classic, ANY, undefined), 'reaches');
  assert.equal(reachOf(classic, { ...ANY, refusesClassic: true }, 'approved'), 'refused');
  assert.equal(reachOf(fine, { ...ANY, refusesClassic: true }, undefined), 'reaches');
  assert.equal(reachOf(fine, { ...ANY, mostTokenDays: 90 }, undefined), 'reaches');
  assert.equal(reachOf(fine, { ...ANY, mostTokenDays: 89 }, 'approved'), 'refused');
  assert.equal(reachOf({ ...fine, expiresAt: null }, { ...ANY, mostTokenDays: 3650 }, undefined), 'refused');
  assert.equal(reachOf(fine, { ...ANY, approvesTokens: true }, undefined), 'waits');
  assert.equal(reachOf(fine, { ...ANY, approvesTokens: true }, 'approved'), 'reaches');
  assert.equal(reachOf(fine, ANY, 'ended'), 'ended');
});

void test('claimsOrg() finds a token by its scopes, and classic ones always', () => {
  const [org, repo, other] = ['1', '2', '3'].map((digit) => digit.repeat(24) as Id) as [Id, Id, Id];
  const scoped = (type: 'org' | 'model', id: Id): Grant => ({
    ...FINE,
    scoped: [{ entity: { type, id, name: 'x' }, permissions: ['repo.write'] }],
  });
  const where = new Map([[repo, org]]);
  assert.deepEqual(
    [{ role: 'read' } as const, scoped('org', org), scoped('model', repo), scoped('model', other), FINE].map(
      (grant) => claimsOrg(grant, org, where),
    ),
    [true, true, true, false, false],
  );
});

void test('sealedDecision() differs when anything that widens differs', () => {
  const row = { tokenId: '1'.repeat(24) as Id, orgId: '2'.repeat(24) as Id, state: 'ended', at } as const;
  const all = [row, { ...row, tokenId: '3'.repeat(24) as Id }, { ...row, orgId: '3'.repeat(24) as Id }];
  const texts = [...all, { ...row, state: 'approved' as const }, { ...row, at: days(1) }].map((one) =>
    JSON.stringify(sealedDecision(one)),
  );
  assert.equal(new Set(texts).size, 5);
});

void test('laterThan() is now, or behind what was said; nobody says anything a day ahead', () => {
  const now = new Date(5_000);
  const said = (time: number): Date => laterThan(now, new Date(time));
  assert.deepEqual(laterThan(now, undefined), now);
  assert.deepEqual([said(1_000), said(9_000), said(5_000)], [now, new Date(9_001), new Date(5_001)]);
  assert.deepEqual([said(90_000_000), laterThan(now, Infinity as never)], [now, now]);
});
