// A Xet access token says what it was made to say, for its time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { NO_RUN, type ProvenRun } from '#modules/access';
import { signAccess, verifyAccess, type XetAccess } from './access-token.ts';
import { keysOf } from '../../../test/harness/test-keys.ts';

const keys = keysOf(7);
const now = new Date(1_800_000_000_000);
const RUN = '0000000000000000000000aa' as Id as ProvenRun;
const OTHER = '0000000000000000000000ab' as Id as ProvenRun;
const access: XetAccess = {
  act: 'read',
  repoId: '0123456789abcdef01234567' as Id,
  scopeId: 'fedcba987654321001234567' as Id,
  tokenId: '00000000000000000000000a' as Id,
  run: NO_RUN,
  expires: now.getTime() / 1000 + 60,
};

void test('verifyAccess() reads what signAccess() wrote', () => {
  for (const run of [NO_RUN, RUN]) {
    const one: XetAccess = { ...access, run };
    assert.deepEqual(verifyAccess(keys, signAccess(keys, one), { now, run }), one);
    const anonymous: XetAccess = { ...one, tokenId: '' };
    assert.deepEqual(verifyAccess(keys, signAccess(keys, anonymous), { now, run }), anonymous);
  }
});

void test('verifyAccess() takes a token of nobody in particular from a run, too, and says so', () => {
  assert.deepEqual(verifyAccess(keys, signAccess(keys, access), { now, run: RUN }), access);
});

void test('verifyAccess() refuses a token that was made for a run to all but that run', () => {
  const text = signAccess(keys, { ...access, run: RUN });
  for (const [one, run] of [
    [text, NO_RUN],
    [text, OTHER],
    [text.replace(`.${RUN}.`, '.'), NO_RUN],
    [text.replace(`.${RUN}.`, '.'), RUN],
    [text.replace(`.${RUN}.`, `.${OTHER}.`), OTHER],
  ] as const)
    assert.throws(
      () => verifyAccess(keys, one, { now, run }),
      (error) => isFault(error, 'xet.access-invalid'),
      `${one} ${run}`,
    );
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
      () => verifyAccess(keys, one, { now, run: NO_RUN }),
      (error) => isFault(error, 'xet.access-invalid'),
      one,
    );
});

void test('verifyAccess() refuses a token when its time is over, and says so', () => {
  const late = new Date(now.getTime() + 180_000);
  assert.throws(
    () => verifyAccess(keys, signAccess(keys, access), { now: late, run: NO_RUN }),
    (error) => isFault(error, 'xet.access-expired'),
  );
});
