// The hash of a file from the chunks of its xorbs, and how often these are looked up for it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { sha256 } from '@holdfast/kernel/digest';
import { fileHashOf, MerkleTree } from './format/merkle.ts';
import { type ShardTerm } from './format/shard.ts';
import { verificationHash, xetHashOf, type XetHash } from './format/xet-hash.ts';
import { XorbIndex } from './format/xorb-index.ts';
import { type IndexedXorb } from './store.ts';
import { verifyFile } from './verify-file.ts';

const CHUNK = 10_000;

/** A xorb of so many chunks. */
function xorbOf(count: number): IndexedXorb {
  const ends = Buffer.alloc(count * 4);
  for (let chunk = 0; chunk < count; chunk += 1) ends.writeUInt32LE((chunk + 1) * CHUNK, chunk * 4);
  const index = XorbIndex.decode(Buffer.concat([randomBytes(count * 32), ends, ends]));
  return { hash: xetHashOf(randomBytes(32)), pack: sha256(index.encode()), packedSize: 1, index };
}

function termOf({ hash, index }: IndexedXorb, start: number, end: number): ShardTerm {
  const verification = verificationHash(index.hashes(start, end));
  return { xorb: hash, start, end, rawLength: (end - start) * CHUNK, verification };
}

const { signal } = new AbortController();

void test('each xorb of a file is looked up once, in whatever order its terms name them', async () => {
  const xorbs = Array.from({ length: 200 }, () => xorbOf(40));
  const found = new Map(xorbs.map((xorb) => [xorb.hash, xorb]));
  const terms: ShardTerm[] = [];
  const tree = new MerkleTree();
  for (let chunk = 0; chunk + 2 <= 40; chunk += 1)
    for (const xorb of xorbs) {
      terms.push(termOf(xorb, chunk, chunk + 2));
      for (const one of [chunk, chunk + 1]) tree.add(xorb.index.hashAt(one), CHUNK);
    }
  let asked = 0;
  const find = async (hash: XetHash): Promise<IndexedXorb> => {
    asked += 1;
    return await Promise.resolve(found.get(hash) ?? assert.fail(hash));
  };
  assert.equal(await verifyFile(terms, find, signal), xetHashOf(fileHashOf(tree.root())));
  assert.equal(asked, 200);
});

void test('a file of more chunks than are looked up together has the same hash as in one piece', async () => {
  const xorb = xorbOf(8_192);
  const tree = new MerkleTree();
  const terms = Array.from({ length: 40 }, () => termOf(xorb, 0, 8_192));
  for (let chunk = 0; chunk < 40 * 8_192; chunk += 1) tree.add(xorb.index.hashAt(chunk % 8_192), CHUNK);
  let asked = 0;
  const find = async (): Promise<IndexedXorb> => {
    asked += 1;
    return await Promise.resolve(xorb);
  };
  assert.equal(await verifyFile(terms, find, signal), xetHashOf(fileHashOf(tree.root())));
  assert.equal(asked, 2);
});

void test('a term that claims more chunks than a xorb can have is refused before anything is made for them', async () => {
  const term = { ...termOf(xorbOf(1), 0, 1), end: 0xffff_ffff, rawLength: 0xffff_ffff };
  const find = async (): Promise<IndexedXorb> => await Promise.reject(new Error('it was looked up'));
  await assert.rejects(verifyFile([term], find, signal), (error) => isFault(error, 'xet.shard-invalid'));
});
