// When a token is live, and what its row's seal covers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { digestToken, isAcceptedFrom, sealedFields, standing, type Token } from './model.ts';

const NOW = new Date('2026-06-01T00:00:00Z');

void test('standing() puts revocation before expiry', () => {
  const past = new Date(NOW.getTime() - 1);
  const future = new Date(NOW.getTime() + 1);
  assert.equal(standing({ expiresAt: null, revokedAt: null }, NOW), 'live');
  assert.equal(standing({ expiresAt: future, revokedAt: null }, NOW), 'live');
  assert.equal(standing({ expiresAt: NOW, revokedAt: null }, NOW), 'expired');
  assert.equal(standing({ expiresAt: past, revokedAt: past }, NOW), 'revoked');
});

void test('sealedFields() differ when anything that widens a token differs', () => {
  const token: Token = {
    id: '1'.repeat(24) as Id,
    userId: '2'.repeat(24) as Id,
    name: 'ci',
    digest: digestToken('x'),
    grant: { role: 'read' },
    createdAt: NOW,
    expiresAt: NOW,
    revokedAt: null,
    addresses: ['192.0.2.0/24'],
    application: { id: '5'.repeat(24) as Id, owner: '7'.repeat(24) as Id, scopes: ['openid'] },
  };
  const sealed = JSON.stringify(sealedFields(token));
  const wider: Partial<Token>[] = [
    { userId: '3'.repeat(24) as Id },
    { grant: { role: 'write' } },
    { expiresAt: null },
    { digest: 'f'.repeat(64) as Sha256 },
    { id: '4'.repeat(24) as Id },
    { createdAt: new Date(0) },
    { name: 'another' },
    { addresses: null },
    { addresses: ['0.0.0.0/0'] },
    { addresses: ['192.0.2.0/24', '198.51.100.0/24'] },
    { application: null },
    { application: { id: '6'.repeat(24) as Id, owner: '7'.repeat(24) as Id, scopes: ['openid'] } },
    { application: { id: '5'.repeat(24) as Id, owner: '7'.repeat(24) as Id, scopes: ['openid', 'email'] } },
    { application: { id: '5'.repeat(24) as Id, owner: '8'.repeat(24) as Id, scopes: ['openid'] } },
  ];
  for (const change of wider) assert.notEqual(JSON.stringify(sealedFields({ ...token, ...change })), sealed);
});

void test('isAcceptedFrom() holds a token to its networks, of both kinds', () => {
  const bound = { addresses: ['192.0.2.0/24', '2001:db8::/32'] };
  const from = (address: string): boolean => isAcceptedFrom(bound, address);
  assert.deepEqual(['192.0.2.9', '::ffff:192.0.2.9', '2001:db8::9'].map(from), [true, true, true]);
  assert.deepEqual(['198.51.100.9', '2001:db9::9', '', 'unix:'].map(from), [false, false, false, false]);
  assert.equal(isAcceptedFrom({ addresses: null }, '198.51.100.9'), true);
  assert.equal(isAcceptedFrom({ addresses: [] }, '192.0.2.9'), false);
  assert.equal(isAcceptedFrom({ addresses: ['everywhere'] }, '192.0.2.9'), false);
});
