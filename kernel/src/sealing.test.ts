// Boxes open for the peer they were made for, in the direction and about the thing they were made for, and for nobody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { makeSealingPair, openSealing } from './sealing.ts';

const VALUE = Buffer.from('sk-a-value');

void test('what one peer seals the other opens', () => {
  const [a, b] = [makeSealingPair(), makeSealingPair()];
  const box = openSealing(a, b.publicKey, 'there').seal(VALUE, 'run 1');
  assert.deepEqual(openSealing(b, a.publicKey, 'there').open(box, 'run 1'), VALUE);
  assert.ok(!Buffer.from(box, 'base64url').includes(VALUE));
});

void test('a box opens for nobody else, about nothing else, and not on the way back', () => {
  const [a, b, c] = [makeSealingPair(), makeSealingPair(), makeSealingPair()];
  const box = openSealing(a, b.publicKey, 'there').seal(VALUE, 'run 1');
  for (const [own, peer, purpose, about] of [
    [c, a, 'there', 'run 1'],
    [b, c, 'there', 'run 1'],
    [b, a, 'back', 'run 1'],
    [b, a, 'there', 'run 2'],
  ] as const)
    assert.throws(() => openSealing(own, peer.publicKey, purpose).open(box, about));
});

void test('a box that was changed or cut does not open', () => {
  const [a, b] = [makeSealingPair(), makeSealingPair()];
  const there = openSealing(b, a.publicKey, 'there');
  const bytes = Buffer.from(openSealing(a, b.publicKey, 'there').seal(VALUE, ''), 'base64url');
  for (let n = 0; n < bytes.length; n += 1) {
    const changed = Buffer.from(bytes);
    changed[n] = (changed[n] ?? 0) ^ 1;
    assert.throws(() => there.open(changed.toString('base64url'), ''));
    assert.throws(() => there.open(bytes.subarray(0, n).toString('base64url'), ''));
  }
});

void test('what is no public key is no peer', () => {
  for (const peer of ['', 'a'.repeat(42), '='.repeat(43)])
    assert.throws(() => openSealing(makeSealingPair(), peer, ''), /public key/);
});
