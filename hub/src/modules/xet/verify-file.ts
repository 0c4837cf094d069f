// Computes the hash of a file from the stored hashes of its chunks, and checks on the way that whoever describes the
// file knows them: the numbers of chunks in a xorb are told to every reader of one of its files, their hashes are not.
import { setImmediate as turn } from 'node:timers/promises';
import { shardInvalid } from './faults.ts';
import { fileHashOf, MerkleTree } from './format/merkle.ts';
import { verificationHash, xetHashOf, type XetHash } from './format/xet-hash.ts';
import { type ShardTerm } from './format/shard.ts';
import { type IndexedXorb } from './store.ts';

/** Chunks after which everybody else gets a turn. */
const CHUNKS_AT_ONCE = 2_000;

/** The hash of the file that these terms make. Throws `xet.shard-invalid` and what `find` throws. */
export async function verifyFile(
  terms: Iterable<ShardTerm>,
  find: (xorb: XetHash) => Promise<IndexedXorb>,
  signal: AbortSignal,
): Promise<XetHash> {
  const tree = new MerkleTree();
  let since = 0;
  let number = 0;
  for (const { xorb, start, end, rawLength, verification } of terms) {
    const { index } = await find(xorb);
    if (end > index.count)
      throw shardInvalid(`term ${number} ends at chunk ${end} of a xorb with ${index.count}`);
    if (index.rawLength(start, end) !== rawLength)
      throw shardInvalid(`term ${number} does not have the ${rawLength} bytes that are claimed`);
    if (!verificationHash(index.hashes(start, end)).equals(verification))
      throw shardInvalid(`the verification hash of term ${number} is wrong`);
    for (let chunk = start; chunk < end; chunk += 1)
      tree.add(index.hashAt(chunk), index.rawLength(chunk, chunk + 1));
    number += 1;
    since += end - start;
    if (since < CHUNKS_AT_ONCE) continue;
    since = 0;
    await turn();
    signal.throwIfAborted();
  }
  return xetHashOf(fileHashOf(tree.root()));
}
