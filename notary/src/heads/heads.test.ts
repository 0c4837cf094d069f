// The map of heads: one root for one content, and proofs of what is in it and of what is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { sha256 } from '../tree/hash.ts';
import { chainKey, chainsOf, extend, NO_ENTRIES } from './chain.ts';
import { BUCKET_DEPTH, bucketOf, HeadsTop } from './top.ts';
import { bitOf, type MapLeaf, proofWithin, rootOfMapProof, subtreeOf } from './trie.ts';

function leaf(name: string, n = 1): MapLeaf {
  return { key: chainKey({ relation: 'to', name }), n, digest: sha256(Buffer.from(`${name} ${n}`)) };
}

function sorted(leaves: readonly MapLeaf[]): MapLeaf[] {
  return leaves.toSorted((a, b) => Buffer.compare(a.key, b.key));
}

const MANY = sorted(Array.from({ length: 300 }, (_, n) => leaf(`token:${n}`)));

void test('HeadsTop has the root of the whole map, in whatever order its buckets came', () => {
  for (const leaves of [[], MANY.slice(0, 1), MANY.slice(0, 2), MANY]) {
    const top = new HeadsTop();
    const buckets = new Map<number, MapLeaf[]>();
    for (const one of leaves)
      buckets.set(bucketOf(one.key), [...(buckets.get(bucketOf(one.key)) ?? []), one]);
    for (const [bucket, within] of [...buckets].reverse()) {
      const changed = [{ bucket, subtree: subtreeOf(within, BUCKET_DEPTH) }];
      const expected = top.rootWith(changed);
      top.set(changed);
      assert.ok(top.root().equals(expected));
    }
    assert.ok(top.root().equals(subtreeOf(leaves, 0).hash), String(leaves.length));
  }
});

void test('rootOfMapProof() shows who is in the map, and who is not', () => {
  const root = subtreeOf(MANY, 0).hash;
  for (const one of MANY.slice(0, 40)) {
    const proof = proofWithin(MANY, one.key, 0);
    assert.ok(rootOfMapProof(one.key, proof)?.equals(root));
    assert.ok(proof.end?.key.equals(one.key));
    assert.ok(!rootOfMapProof(one.key, { ...proof, end: { ...one, n: 2 } })?.equals(root), 'another number');
    assert.ok(!rootOfMapProof(one.key, { ...proof, end: undefined })?.equals(root), 'it is not absent');
  }
  for (let n = 1_000; n < 1_040; n += 1) {
    const { key } = leaf(`token:${n}`);
    const proof = proofWithin(MANY, key, 0);
    assert.ok(rootOfMapProof(key, proof)?.equals(root), 'absence is shown');
    assert.ok(proof.end === undefined || !proof.end.key.equals(key));
  }
});

void test('rootOfMapProof() refuses a leaf that does not lie on the way, whose proof would show anybody absent', () => {
  const [there, other] = [MANY[0], MANY.find(({ key }) => bitOf(key, 0) === 1)];
  assert.ok(there !== undefined && other !== undefined);
  assert.equal(rootOfMapProof(there.key, proofWithin(MANY, other.key, 0)), undefined);
});

void test('proofWithin() and HeadsTop.beside() meet where the buckets begin', () => {
  const top = new HeadsTop();
  const one = leaf('token:1');
  top.set([{ bucket: bucketOf(one.key), subtree: subtreeOf([one], BUCKET_DEPTH) }]);
  assert.deepEqual(top.beside(one.key), { beside: [], isSingle: true });
  const close = {
    ...leaf('token:2'),
    key: Buffer.concat([one.key.subarray(0, 31), Buffer.from([one.key[31]! ^ 1])]),
  };
  const both = sorted([one, close]);
  top.set([{ bucket: bucketOf(one.key), subtree: subtreeOf(both, BUCKET_DEPTH) }]);
  const { beside, isSingle } = top.beside(one.key);
  assert.ok(!isSingle && beside.length === BUCKET_DEPTH);
  const within = proofWithin(both, one.key, BUCKET_DEPTH);
  const proof = { end: within.end, beside: [...beside, ...within.beside] };
  assert.ok(rootOfMapProof(one.key, proof)?.equals(top.root()));
});

void test('extend() depends on every entry and on their order', () => {
  const hashes = ['a', 'b', 'c'].map((text) => sha256(Buffer.from(text)).toString('hex') as Sha256);
  const headOf = (list: readonly Sha256[]) => list.reduce((head, hash) => extend(head, { hash }), NO_ENTRIES);
  const whole = headOf(hashes);
  assert.equal(whole.n, 3);
  for (const other of [hashes.slice(1), hashes.toReversed(), hashes.slice(0, 2)])
    assert.ok(!headOf(other).digest.equals(whole.digest));
});

void test('chainsOf() names the subject, and the credential where there is one', () => {
  assert.deepEqual(chainsOf({ subject: 'repo:1', credential: '' }), [{ relation: 'to', name: 'repo:1' }]);
  assert.equal(chainsOf({ subject: 'repo:1', credential: 'token:1' }).length, 2);
  const [to, by] = (['to', 'by'] as const).map((relation) => chainKey({ relation, name: 'token:1' }));
  assert.ok(!to?.equals(by ?? Buffer.alloc(0)), 'what happened to a token is not what was done by it');
});
