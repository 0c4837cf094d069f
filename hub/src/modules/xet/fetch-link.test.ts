// A link to parts of a xorb opens those parts, for its time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { NO_RUN, type ProvenRun } from '#modules/access';
import { type XetHash } from './format/xet-hash.ts';
import { signFetch, verifyFetch, type FetchLink } from './fetch-link.ts';
import { keysOf } from '../../../test/harness/test-keys.ts';

const keys = keysOf(7);
const now = new Date(1_800_000_000_000);
const RUN = '0000000000000000000000aa' as Id as ProvenRun;
const OTHER = '0000000000000000000000ab' as Id as ProvenRun;
const link: FetchLink = {
  repoId: '0123456789abcdef01234567' as Id,
  file: 'ef'.repeat(32) as XetHash,
  pack: 'ab'.repeat(32) as Sha256,
  ranges: [
    { start: 0, end: 10 },
    { start: 64, end: 4096 },
  ],
  tokenId: '00000000000000000000000a' as Id,
  run: NO_RUN,
  expires: now.getTime() / 1000 + 60,
};

function open(text: string, { at = now, run = NO_RUN } = {}): FetchLink {
  const url = new URL(text, 'http://localhost');
  const [, , , repo = '', pack = ''] = url.pathname.split('/');
  return verifyFetch(keys, { repo, pack, query: Object.fromEntries(url.searchParams) }, { now: at, run });
}

void test('verifyFetch() reads what signFetch() wrote', () => {
  for (const run of [NO_RUN, RUN]) {
    const one: FetchLink = { ...link, run };
    assert.deepEqual(open(signFetch(keys, one), { run }), one);
    const anonymous: FetchLink = { ...one, tokenId: '' };
    assert.deepEqual(open(signFetch(keys, anonymous), { run }), anonymous);
  }
});

void test('verifyFetch() refuses a link that was made for a run to all but that run', () => {
  const text = signFetch(keys, { ...link, run: RUN });
  for (const [one, run] of [
    [text, NO_RUN],
    [text, OTHER],
    [text.replace(`&run=${RUN}`, ''), NO_RUN],
    [text.replace(`&run=${RUN}`, ''), RUN],
    [text.replace(`&run=${RUN}`, '&run='), NO_RUN],
    [text.replace(`&run=${RUN}`, `&run=${OTHER}`), OTHER],
  ] as const)
    assert.throws(
      () => open(one, { run }),
      (error) => isFault(error, 'xet.fetch-invalid'),
      `${one} ${run}`,
    );
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
    () => open(signFetch(keys, link), { at: late }),
    (error) => isFault(error, 'xet.fetch-expired'),
  );
});
