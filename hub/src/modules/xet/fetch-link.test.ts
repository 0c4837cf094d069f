// A link to parts of a xorb opens those parts, for its time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { Secret } from '@holdfast/kernel/secret';
import { Keys } from '@holdfast/platform/keys';
import { type XetHash } from './format/xet-hash.ts';
import { signFetch, verifyFetch, type FetchLink } from './fetch-link.ts';

const keys = new Keys(new Secret(Buffer.alloc(32, 7)));
const now = new Date(1_800_000_000_000);
const link: FetchLink = {
  repoId: '0123456789abcdef01234567' as Id,
  file: 'ef'.repeat(32) as XetHash,
  pack: 'ab'.repeat(32) as Sha256,
  ranges: [
    { start: 0, end: 10 },
    { start: 64, end: 4096 },
  ],
  tokenId: '00000000000000000000000a' as Id,
  expires: now.getTime() / 1000 + 60,
};

function open(text: string, at = now): FetchLink {
  const url = new URL(text, 'http://localhost');
  const [, , , repo = '', pack = ''] = url.pathname.split('/');
  return verifyFetch(keys, { repo, pack, query: Object.fromEntries(url.searchParams) }, at);
}

void test('verifyFetch() reads what signFetch() wrote', () => {
  assert.deepEqual(open(signFetch(keys, link)), link);
  const anonymous: FetchLink = { ...link, tokenId: '' };
  assert.deepEqual(open(signFetch(keys, anonymous)), anonymous);
});

void test('verifyFetch() refuses a link in which anything was changed', () => {
  const text = signFetch(keys, link);
  const altered = [
    text.replace('ranges=0-9', 'ranges=0-10'),
    text.replace(',64-4095', ''),
    text.replace('64-4095', '9-4095'),
    text.replace(link.pack, 'cd'.repeat(32)),
    text.replace(link.repoId, link.tokenId),
    text.replace(link.file, '12'.repeat(32)),
    text.replace(`file=${link.file}&`, ''),
    text.replace(`&token=${link.tokenId}`, ''),
    text.replace(/expires=\d+/, `expires=${link.expires + 1}`),
    text.replace(/&sig=.*/, ''),
    text.replace(/ranges=[^&]*/, 'ranges='),
  ];
  for (const one of altered)
    assert.throws(
      () => open(one),
      (error) => isFault(error, 'xet.fetch-invalid'),
      one,
    );
});

void test('verifyFetch() refuses a link when its time is over, and says so', () => {
  const late = new Date(now.getTime() + 60_000);
  assert.throws(
    () => open(signFetch(keys, link), late),
    (error) => isFault(error, 'xet.fetch-expired'),
  );
});
