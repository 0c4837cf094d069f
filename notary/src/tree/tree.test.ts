// The tree against RFC 6962's own definition, written out, and against the vectors of certificate transparency.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EMPTY_ROOT, leafHash, nodeHash, nth, perfectRoot, sha256 } from './hash.ts';
import {
  consistencyProof,
  inclusionProof,
  isConsistent,
  rootAt,
  rootOfInclusion,
  type NodeReader,
} from './proof.ts';
import { nodeOf, partialTiles, placeOfNode, type Tile, TreeEdge } from './tiles.ts';

const LEAVES = Array.from({ length: 700 }, (_, n) => leafHash(Buffer.from(String(n))));

/** MTH of RFC 6962, as it is written there. */
function mth(leaves: readonly Buffer[]): Buffer {
  if (leaves.length <= 1) return leaves[0] ?? EMPTY_ROOT;
  const k = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

/** Grows a tree in steps and keeps its tiles. */
function grow(steps: readonly number[]): { edge: TreeEdge; tiles: Map<string, Tile>; read: NodeReader } {
  const tiles = new Map<string, Tile>();
  let edge = TreeEdge.EMPTY;
  for (const step of steps) {
    const grown = edge.append(LEAVES.slice(edge.size, edge.size + step));
    for (const tile of grown.tiles) tiles.set(`${tile.level}/${tile.index}`, tile);
    edge = grown.edge;
  }
  const read: NodeReader = (level, index) => {
    const place = placeOfNode(level, index);
    const tile = tiles.get(`${place.level}/${place.index}`);
    assert.ok(tile !== undefined, `tile ${place.level}/${place.index}`);
    return Promise.resolve(nodeOf(tile.hashes, place));
  };
  return { edge, tiles, read };
}

void test('TreeEdge has the roots of the vectors of certificate transparency', () => {
  const inputs = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  const leaves = inputs.map((hex) => leafHash(Buffer.from(hex, 'hex')));
  assert.equal(TreeEdge.EMPTY.root().toString('hex'), sha256(Buffer.alloc(0)).toString('hex'));
  for (const [at, root] of roots.entries())
    assert.equal(
      TreeEdge.EMPTY.append(leaves.slice(0, at + 1))
        .edge.root()
        .toString('hex'),
      root,
    );
});

void test('TreeEdge gives the same root and tiles whatever the steps in which the tree grew', async () => {
  const whole = grow([700]);
  assert.ok(whole.edge.root().equals(mth(LEAVES)));
  for (const steps of [
    Array.from({ length: 700 }, () => 1),
    [1, 255, 256, 188],
    [300, 0, 400],
    [255, 2, 443],
  ]) {
    const { edge, tiles, read } = grow(steps);
    assert.ok(edge.root().equals(whole.edge.root()), steps.join());
    assert.deepEqual(new Set(tiles.keys()), new Set(whole.tiles.keys()));
    for (const [name, tile] of tiles) assert.deepEqual(tile, whole.tiles.get(name));
    for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 513, 699, 700])
      assert.ok((await rootAt(size, read)).equals(mth(LEAVES.slice(0, size))), String(size));
    const kept = partialTiles(700).map(({ level, index }) => tiles.get(`${level}/${index}`));
    assert.ok(
      TreeEdge.from(
        700,
        kept.filter((tile) => tile !== undefined),
      )
        .root()
        .equals(edge.root()),
    );
  }
});

void test('TreeEdge.from() refuses a tile that is missing or too short', () => {
  const { tiles } = grow([300]);
  assert.throws(() => TreeEdge.from(300, []), RangeError);
  const [tile] = [...tiles.values()].filter(({ level, index }) => level === 0 && index === 1);
  assert.ok(tile !== undefined);
  assert.throws(() => TreeEdge.from(300, [{ ...tile, hashes: tile.hashes.subarray(32) }]), RangeError);
});

void test('rootOfInclusion() leads each leaf of each tree to the root, and nothing else', async () => {
  const { read } = grow([LEAVES.length]);
  for (const size of [1, 2, 3, 7, 8, 255, 256, 257, 600, 700]) {
    const root = mth(LEAVES.slice(0, size));
    for (let index = 0; index < size; index += size > 20 ? 13 : 1) {
      const path = await inclusionProof(index, size, read);
      const proof = { index, size, leaf: nth(LEAVES, index), path };
      assert.ok(rootOfInclusion(proof)?.equals(root), `${index} of ${size}`);
      const others = [
        { ...proof, leaf: sha256(proof.leaf) },
        { ...proof, index: index + 1 },
        { ...proof, path: path.slice(1) },
        { ...proof, path: [...path, root] },
        { ...proof, path: path.map((hash, at) => (at === 0 ? sha256(hash) : hash)) },
      ].filter((one) => one.path.length !== path.length || path.length > 0 || !one.leaf.equals(proof.leaf));
      for (const other of others)
        assert.notEqual(rootOfInclusion(other)?.equals(root), true, `${index} of ${size}`);
    }
  }
});

void test('isConsistent() accepts that a tree continues another, and nothing else', async () => {
  const { read } = grow([LEAVES.length]);
  const sizes = [0, 1, 2, 3, 4, 6, 7, 8, 255, 256, 257, 512, 699, 700];
  for (const newer of sizes)
    for (const older of sizes.filter((size) => size <= newer)) {
      const path = await consistencyProof(older, newer, read);
      const claim = {
        older: { size: older, root: mth(LEAVES.slice(0, older)) },
        newer: { size: newer, root: mth(LEAVES.slice(0, newer)) },
        path,
      };
      assert.ok(isConsistent(claim), `${older} to ${newer}`);
      const forged = { size: older, root: sha256(claim.older.root) };
      assert.ok(!isConsistent({ ...claim, older: forged }), `${older} to ${newer}, another root`);
      // Every tree continues the empty one.
      if (older > 0) assert.ok(!isConsistent({ ...claim, newer: { size: newer, root: forged.root } }));
      assert.ok(!isConsistent({ ...claim, path: [...path, forged.root] }));
      if (path.length > 0) assert.ok(!isConsistent({ ...claim, path: path.slice(1) }));
    }
});

void test('perfectRoot() and placeOfNode() agree on what lies in which tile', () => {
  assert.deepEqual(placeOfNode(0, 300), { level: 0, index: 1, from: 44, count: 1 });
  assert.deepEqual(placeOfNode(7, 3), { level: 0, index: 1, from: 128, count: 128 });
  assert.deepEqual(placeOfNode(8, 257), { level: 1, index: 1, from: 1, count: 1 });
  assert.ok(perfectRoot(LEAVES.slice(0, 4)).equals(mth(LEAVES.slice(0, 4))));
});
