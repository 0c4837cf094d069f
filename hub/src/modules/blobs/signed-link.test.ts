// A signed link opens only as it was made, and only in its time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { NO_RUN, type ProvenRun } from '#modules/access';
import { signLink, verifyLink, type Link, type LinkClaim } from './signed-link.ts';
import { keysOf } from '../../../test/harness/test-keys.ts';

const keys = keysOf(7);
const now = new Date(1_800_000_000_000);
const RUN = '0000000000000000000000aa' as Id as ProvenRun;
const OTHER = '0000000000000000000000ab' as Id as ProvenRun;
const link: Link = {
  act: 'store-part',
  repoId: '0123456789abcdef01234567' as Id,
  sha256: 'ab'.repeat(32) as Sha256,
  size: 42,
  upload: 'fedcba987654321001234567' as Id,
  part: 3,
  tokenId: '00000000000000000000000a' as Id,
  run: NO_RUN,
  expires: now.getTime() / 1000 + 60,
};
const claimOf = (of: Link, query = signLink(keys, of)): LinkClaim => ({
  act: of.act,
  repoId: of.repoId,
  sha256: of.sha256,
  upload: of.upload,
  part: String(of.part),
  query: Object.fromEntries(new URLSearchParams(query)),
});
const opens = (claim: LinkClaim, at = now, run = NO_RUN): boolean | string => {
  try {
    verifyLink(keys, claim, { now: at, run });
    return true;
  } catch (error) {
    return isFault(error) ? error.code : false;
  }
};

void test('verifyLink() gives back what was signed', () => {
  for (const run of [NO_RUN, RUN]) {
    const one: Link = { ...link, run };
    assert.deepEqual(verifyLink(keys, claimOf(one), { now, run }), one);
  }
});

void test('verifyLink() refuses a link that was made for a run to all but that run', () => {
  const claim = claimOf({ ...link, run: RUN });
  assert.equal(opens(claim, now, RUN), true);
  for (const [run, made] of [
    [NO_RUN, RUN],
    [OTHER, RUN],
    [OTHER, OTHER],
    [NO_RUN, ''],
    [RUN, ''],
    [RUN, undefined],
    [RUN, [RUN, OTHER]],
  ] as const)
    assert.equal(
      opens({ ...claim, query: { ...claim.query, run: made } }, now, run),
      'link.invalid',
      `${run} ${String(made)}`,
    );
});

void test('verifyLink() takes a link of an anonymous reader without a token', () => {
  const { upload: _upload, part: _part, ...claim } = claimOf({ ...link, upload: '', part: 0, tokenId: '' });
  assert.equal(verifyLink(keys, claim, { now, run: NO_RUN }).tokenId, '');
});

void test('verifyLink() refuses a link of which any one thing was changed', () => {
  const claim = claimOf(link);
  const changed: LinkClaim[] = [
    { ...claim, act: 'store' },
    { ...claim, repoId: '1123456789abcdef01234567' },
    { ...claim, sha256: 'ac'.repeat(32) },
    { ...claim, upload: '1edcba987654321001234567' },
    { ...claim, part: '4' },
    { ...claim, query: { ...claim.query, size: '43' } },
    { ...claim, query: { ...claim.query, expires: String(link.expires + 1) } },
    { ...claim, query: { ...claim.query, token: '00000000000000000000000b' } },
    { ...claim, query: { ...claim.query, token: '' } },
  ];
  for (const one of changed) assert.equal(opens(one), 'link.invalid', JSON.stringify(one));
});

void test('verifyLink() refuses every other spelling of a link that is right', () => {
  const claim = claimOf(link);
  const sig = String(claim.query['sig']);
  const others: Record<string, unknown>[] = [
    { sig: `${sig.slice(0, -1)}${String.fromCharCode(sig.charCodeAt(42) + 1)}` },
    { sig: `${sig}=` },
    { sig: [sig, sig] },
    { sig: undefined },
    { sig: '' },
    { size: '042' },
    { size: '4.2e1' },
    { size: ['42'] },
    { expires: `+${link.expires}` },
    { size: '99999999999999999999' },
  ];
  for (const other of others)
    assert.equal(
      opens({ ...claim, query: { ...claim.query, ...other } }),
      'link.invalid',
      JSON.stringify(other),
    );
});

void test('verifyLink() refuses a link signed under another key', () => {
  const others = keysOf(8);
  assert.equal(opens(claimOf(link, signLink(others, link))), 'link.invalid');
});

void test('verifyLink() tells a link of ours whose time is over from a forged one', () => {
  const end = new Date(link.expires * 1000);
  assert.equal(opens(claimOf(link), new Date(end.getTime() - 1)), true);
  assert.equal(opens(claimOf(link), end), 'link.expired');
});
