// When a token is live, and what its row's seal covers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { digestToken, sealedFields, standing, type Token } from './model.ts';

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
  };
  const sealed = JSON.stringify(sealedFields(token));
  const wider: Partial<Token>[] = [
    { userId: '3'.repeat(24) as Id },
    { grant: { role: 'write' } },
    { expiresAt: null },
    { digest: 'f'.repeat(64) as Sha256 },
    { id: '4'.repeat(24) as Id },
    { createdAt: new Date(0) },
  ];
  for (const change of wider) assert.notEqual(JSON.stringify(sealedFields({ ...token, ...change })), sealed);
});
