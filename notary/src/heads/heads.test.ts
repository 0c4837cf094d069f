// The map of heads: one root for one content, and proofs of what is in it and of what is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { sha256 } from '../tree/hash.ts';
import { chainKey, chainsOf, extend, NO_ENTRIES } from './chain.ts';
import { BUCKET_DEPTH, bucketOf, MIDDLE_DEPTH, type MapReader, proofOf, UpperTree } from './top.ts';
import { bitOf, type MapLeaf, proofWithin, rootOfMapProof, subtreeOf } from './trie.ts';

function leaf(name: string, n = 1): MapLeaf {
  return { key: chainKey({ relation: 'to', name }), n, digest: sha256(Buffer.from(`${name} ${n}`)) };
}

function sorted(leaves: readonly MapLeaf[]): MapLeaf[] {
  return leaves.toSorted((a, b) => Buffer.compare(a.key, b.key));
}

const MANY = sorted(Array.from({ length: 300 }, (_, n) => leaf(`token:${n}`)));

void test('UpperTree has the root of the whole map, in whatever order its buckets came', () => {
  for (const leaves of [[], MANY.slice(0, 1), MANY.slice(0, 2), MANY]) {
    const top = new UpperTree(BUCKET_DEPTH);
    const buckets = new Map<number, MapLeaf[]>();
    for (const one of leaves)
      buckets.set(bucketOf(one.key), [...(buckets.get(bucketOf(one.key)) ?? []), one]);
    for (const [bucket, within] of [...buckets].reverse()) {
      const changed = [{ place: bucket, subtree: subtreeOf(within, BUCKET_DEPTH) }];
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

/** A map as the notary stores it: buckets, and the nodes at half their depth. */
function storedMap(leaves: readonly MapLeaf[]): { root: Buffer; reader: MapReader } {
  const buckets = new Map<number, MapLeaf[]>();
  for (const one of leaves) buckets.set(bucketOf(one.key), [...(buckets.get(bucketOf(one.key)) ?? []), one]);
  const placed = [...buckets].map(([place, within]) => ({ place, subtree: subtreeOf(within, BUCKET_DEPTH) }));
  const top = new UpperTree(BUCKET_DEPTH);
  top.set(placed);
  return {
    root: top.root(),
    reader: {
      listMiddle: () => Promise.resolve(top.nodesAt(MIDDLE_DEPTH)),
      listBelow: (middle) =>
        Promise.resolve(
          placed
            .filter(({ place }) => place >> 8 === middle)
            .map(({ place, subtree }) => ({ place: place & 255, subtree })),
        ),
      listBucket: (bucket) => Promise.resolve(buckets.get(bucket) ?? []),
    },
  };
}

void test('proofOf() gives the proof that the whole map gives, wherever the way to a key ends', async () => {
  const [one] = MANY;
  assert.ok(one !== undefined);
  // Neighbours that part below, at and above where the buckets begin.
  const close = [4, 8, 12, 16, 17, 40, 255].map((depth) => {
    const key = Buffer.from(one.key);
    key[depth >> 3] = (key[depth >> 3] ?? 0) ^ (0x80 >> (depth & 7));
    return { ...one, key };
  });
  for (const leaves of [
    [],
    [one],
    ...close.map((other) => sorted([one, other])),
    sorted([one, ...close]),
    MANY,
  ]) {
    const { root, reader } = storedMap(leaves);
    assert.ok(root.equals(subtreeOf(leaves, 0).hash));
    for (const { key } of [one, ...close, leaf('token:nobody'), ...MANY.slice(0, 30)]) {
      const proof = await proofOf(key, reader);
      assert.deepEqual(proof, proofWithin(leaves, key, 0));
      assert.ok(rootOfMapProof(key, proof)?.equals(root));
    }
  }
});

void test('UpperTree.changedAt() names what a change makes of the nodes above it', () => {
  const top = new UpperTree(BUCKET_DEPTH);
  const [one, other] = [MANY[0], MANY.at(-1)];
  assert.ok(one !== undefined && other !== undefined);
  const placed = (of: MapLeaf) => [{ place: bucketOf(of.key), subtree: subtreeOf([of], BUCKET_DEPTH) }];
  top.set(placed(one));
  const [changed, ...more] = top.changedAt(MIDDLE_DEPTH, placed(other));
  assert.deepEqual(more, []);
  assert.equal(changed?.place, other.key[0]);
  top.set(placed(other));
  assert.deepEqual(top.nodesAt(MIDDLE_DEPTH)[other.key[0] ?? 0]?.subtree, changed?.subtree);
});

void test('UpperTree.holds() knows what is there from what is not, as the root does', () => {
  const top = new UpperTree(BUCKET_DEPTH);
  const placed = (of: readonly MapLeaf[]) =>
    of.map((one) => ({ place: bucketOf(one.key), subtree: subtreeOf([one], BUCKET_DEPTH) }));
  const few = MANY.slice(0, 5);
  top.set(placed(few));
  assert.ok(top.holds(placed(few)));
  assert.ok(top.holds([{ place: bucketOf(leaf('nobody').key), subtree: subtreeOf([], BUCKET_DEPTH) }]));
  const [one] = few;
  assert.ok(one !== undefined);
  const place = bucketOf(one.key);
  for (const other of [
    [],
    [{ ...one, n: 2 }],
    sorted([one, { ...one, key: one.key.map((byte, at) => (at < 31 ? byte : byte ^ 1)) as Buffer }]),
  ]) {
    const changed = [{ place, subtree: subtreeOf(other, BUCKET_DEPTH) }];
    assert.ok(!top.holds(changed));
    assert.ok(!top.rootWith(changed).equals(top.root()));
    assert.ok(top.holds(placed(few)), 'what was only asked for is not taken over');
  }
  top.set([{ place, subtree: subtreeOf([], BUCKET_DEPTH) }]);
  assert.ok(!top.holds(placed(few)));
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
