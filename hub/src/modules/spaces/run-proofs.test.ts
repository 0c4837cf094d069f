// A proof says for which run a request comes, as long as that run lives; one that says anything else says nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { NO_RUN } from '#modules/access';
import { RunProofs } from './run-proofs.ts';
import { keysOf } from '../../../test/harness/test-keys.ts';

const RUN = '0000000000000000000000aa' as Id;
const OTHER = '0000000000000000000000ab' as Id;
function proofsOf(live: readonly Id[], byte = 7): { proofs: RunProofs; asked: Id[] } {
  const asked: Id[] = [];
  const isLive = (run: Id): Promise<boolean> => {
    asked.push(run);
    return Promise.resolve(live.includes(run));
  };
  return { proofs: new RunProofs({ keys: keysOf(byte), live: { isLive } }), asked };
}

void test('find() gives the run of its proof, and none without a header', async () => {
  const { proofs, asked } = proofsOf([RUN]);
  assert.equal(await proofs.find(undefined), NO_RUN);
  assert.deepEqual(asked, [], 'nobody is asked about a request that comes for no run');
  assert.equal(await proofs.find(proofs.proofOf(RUN)), RUN);
  assert.equal(await proofsOf([RUN]).proofs.find(proofs.proofOf(RUN)), RUN, 'another hub with the same key');
});

void test('find() believes no proof that is wrong, of another key, altered, repeated, or of a run that ended', async () => {
  const { proofs, asked } = proofsOf([RUN, OTHER]);
  const proof = proofs.proofOf(RUN);
  const [, mac = ''] = proof.split('.');
  const wrong = [
    `${OTHER}.${mac}`,
    RUN,
    `${RUN}.`,
    '',
    ` ${proof}`,
    `${proof}A`,
    proof.slice(0, -1),
    proof.toUpperCase(),
    `${proof}, ${proof}`,
    [proof, proof],
    proofsOf([], 8).proofs.proofOf(RUN),
    `${RUN}.${keysOf(7).sign('signed-link', [RUN])}`,
  ];
  for (const one of wrong) assert.equal(await proofs.find(one), undefined, String(one));
  assert.deepEqual(asked, [], 'nobody is asked about a run that was not proved');
  assert.equal(await proofsOf([OTHER]).proofs.find(proof), undefined);
});
