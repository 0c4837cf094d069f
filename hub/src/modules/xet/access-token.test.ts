// A Xet access token says what it was made to say, for its time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { Keys } from '@holdfast/platform/keys';
import { signAccess, verifyAccess, type XetAccess } from './access-token.ts';

const keys = new Keys(new Secret(Buffer.alloc(32, 7)));
const now = new Date(1_800_000_000_000);
const access: XetAccess = {
  act: 'read',
  repoId: '0123456789abcdef01234567' as Id,
  scopeId: 'fedcba987654321001234567' as Id,
  tokenId: '00000000000000000000000a' as Id,
  expires: now.getTime() / 1000 + 60,
};

void test('verifyAccess() reads what signAccess() wrote', () => {
  assert.deepEqual(verifyAccess(keys, signAccess(keys, access), now), access);
  const anonymous: XetAccess = { ...access, tokenId: '' };
  assert.deepEqual(verifyAccess(keys, signAccess(keys, anonymous), now), anonymous);
});

void test('verifyAccess() refuses a token in which anything was changed', () => {
  const text = signAccess(keys, access);
  const altered = [
    text.replace('.read.', '.write.'),
    text.replace(access.repoId, access.scopeId),
    text.replace(`.${access.tokenId}.`, '..'),
    text.replace(String(access.expires), String(access.expires + 1)),
    text.slice(0, -1),
    `${text}A`,
    text.toUpperCase(),
    'hf_abcdefghijklmnopqrstuvwxyz0123456789',
    '',
  ];
  for (const one of altered)
    assert.throws(
      () => verifyAccess(keys, one, now),
      (error) => isFault(error, 'xet.access-invalid'),
      one,
    );
});

void test('verifyAccess() refuses a token when its time is over, and says so', () => {
  const late = new Date(now.getTime() + 180_000);
  assert.throws(
    () => verifyAccess(keys, signAccess(keys, access), late),
    (error) => isFault(error, 'xet.access-expired'),
  );
});
