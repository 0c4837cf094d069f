// Computes the hash of a file from the stored hashes of its chunks, and checks on the way that whoever describes the
// file knows them: the numbers of chunks in a xorb are told to every reader of one of its files, their hashes are not.
import { setImmediate as turn } from 'node:timers/promises';
import { shardInvalid } from './faults.ts';
import { fileHashOf, MerkleTree } from './format/merkle.ts';
import { verificationHash, xetHashOf, type XetHash } from './format/xet-hash.ts';
import { type ShardTerm } from './format/shard.ts';
import { type XorbIndex } from './format/xorb-index.ts';
import { type IndexedXorb } from './store.ts';

/** Chunks after which everybody else gets a turn. */
const CHUNKS_AT_ONCE = 1_000;

/**
 * A file may have so many chunks and terms, and one more for so many bytes. Clients make chunks of eight kilobytes at
 * least, but for the last, and terms of several; a file of one-byte pieces would cost hours for the price of minutes.
 */
const FREE = 1_024;
const BYTES_PER_CHUNK = 1_024;
const BYTES_PER_TERM = 4_096;

/** The hash of the file that these terms make. Throws `xet.shard-invalid` and what `find` throws. */
export async function verifyFile(
  terms: Iterable<ShardTerm>,
  find: (xorb: XetHash) => Promise<IndexedXorb>,
  signal: AbortSignal,
): Promise<XetHash> {
  const tree = new MerkleTree();
  let [number, chunks, bytes, rest] = [0, 0, 0, CHUNKS_AT_ONCE];
  for (const term of terms) {
    const { index } = await find(term.xorb);
    verifyTerm(term, index, number);
    number += 1;
    chunks += term.end - term.start;
    bytes += term.rawLength;
    if (number > FREE + bytes / BYTES_PER_TERM || chunks > FREE + bytes / BYTES_PER_CHUNK)
      throw shardInvalid(
        `a file of ${bytes} bytes has ${number} terms and ${chunks} chunks, which is too many`,
      );
    for (let chunk = term.start; chunk < term.end; chunk += 1) {
      tree.add(index.hashAt(chunk), index.rawLength(chunk, chunk + 1));
      rest -= 1;
      if (rest > 0) continue;
      rest = CHUNKS_AT_ONCE;
      await turn();
      signal.throwIfAborted();
    }
  }
  return xetHashOf(fileHashOf(tree.root()));
}

function verifyTerm(term: ShardTerm, index: XorbIndex, number: number): void {
  const { start, end, rawLength, verification } = term;
  if (end > index.count)
    throw shardInvalid(`term ${number} ends at chunk ${end} of a xorb with ${index.count}`);
  if (index.rawLength(start, end) !== rawLength)
    throw shardInvalid(`term ${number} does not have the ${rawLength} bytes that are claimed`);
  if (!verificationHash(index.hashes(start, end)).equals(verification))
    throw shardInvalid(`the verification hash of term ${number} is wrong`);
}
