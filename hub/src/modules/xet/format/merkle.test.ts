// The Merkle tree agrees with published roots and with the library of the public hub's own client.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { fileHash, xorbHash, type Chunk } from '@huggingface/xetchunk-wasm';
import { fileHashOf, MerkleTree } from './merkle.ts';
import { xetHashBytes, xetHashOf, type XetHash } from './xet-hash.ts';

const A = 'cfc5d07f6f03c29bbf424132963fe08d19a37d5757aaf520bf08119f05cd56d6' as XetHash;
const B = 'c3e67584b5c4fc2a89837ec39e40f2c8a6bb0b2987ac94cd4b31e5fbdd210a72' as XetHash;
const C = '0d2beb91b9196929a5ddec9f6e306924ddf4a24268e3e59fd8464738d525af37' as XetHash;

function rootOf(chunks: readonly Chunk[]): Buffer {
  const tree = new MerkleTree();
  for (const { hash, length } of chunks) tree.add(hash, length);
  return tree.root();
}

function named(...texts: readonly XetHash[]): Chunk[] {
  return texts.map((text, index) => ({ hash: xetHashBytes(text), length: 100 * (index + 1) }));
}

function invented(count: number, seed: string): Chunk[] {
  return Array.from({ length: count }, (_, index) => ({
    hash: createHash('sha256').update(`${seed} ${index}`).digest(),
    length: 1 + index * 7,
  }));
}

void test('root() is the chunk itself over one chunk, and zero over none', () => {
  assert.equal(xetHashOf(rootOf(named(A))), A);
  assert.equal(xetHashOf(rootOf([])), '0'.repeat(64));
});

void test('root() and fileHashOf() give the published hashes', () => {
  const three = rootOf(named(A, B, C));
  assert.equal(xetHashOf(three), '71ec1275fca074724e2dd666921b3277c7cee603e4d025bcab2d4050015be2bc');
  assert.equal(
    xetHashOf(fileHashOf(three)),
    '54e55dccc6653c612bdb5576c5d3cb34bb31bc4e100248abccf4c908b3ef7715',
  );
  assert.equal(
    xetHashOf(fileHashOf(rootOf(named(A)))),
    '8e16257caa3fe079d484d872a8975264b2ff683b0d6db9028cc7c0f968a45661',
  );
});

void test('fileHashOf() names the empty file by zeros', () => {
  assert.equal(xetHashOf(fileHashOf(rootOf([]))), '0'.repeat(64));
});

void test('root() gives the published hash of a node of two', () => {
  const two = named(
    'c28f58387a60d4aa200c311cda7c7f77f686614864f5869eadebf765d0a14a69' as XetHash,
    '6e4e3263e073ce2c0e78cc770c361e2778db3b054b98ab65e277fc084fa70f22' as XetHash,
  );
  assert.equal(xetHashOf(rootOf(two)), 'be64c7003ccd3cf4357364750e04c9592b3c36705dee76a71590c011766b6c14');
});

void test('root() is that of the reference for every number of chunks up to 300, and for some thousands', () => {
  for (const count of [...Array.from({ length: 300 }, (_, index) => index), 1023, 4096, 8192, 20_000]) {
    const chunks = invented(count, `of ${count}`);
    assert.deepEqual(rootOf(chunks), Buffer.from(xorbHash(chunks)), `${count} chunks`);
    assert.deepEqual(
      fileHashOf(rootOf(chunks)),
      Buffer.from(fileHash(chunks)),
      `the file of ${count} chunks`,
    );
  }
});

void test('root() is that of the reference when no node, and when every node, ends a group', () => {
  for (const lowest of [1, 4]) {
    for (const count of [2, 3, 8, 9, 10, 11, 18, 19, 27, 28, 81, 82, 100]) {
      const chunks = invented(count, 'cuts');
      for (const { hash } of chunks) hash[24] = lowest;
      assert.deepEqual(
        rootOf(chunks),
        Buffer.from(xorbHash(chunks)),
        `${count} chunks that end in ${lowest}`,
      );
    }
  }
});
