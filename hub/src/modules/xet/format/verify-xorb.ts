// Whether a stored xorb holds what it claims, and under which name. Every chunk is unpacked and hashed: what clients
// would not check when they read, and a sender could get wrong, or get wrong on purpose.
import { xorbInvalid } from '../faults.ts';
import { MerkleTree } from './merkle.ts';
import { ChunkSpace, packedChunks, type ReadAt, unpackChunk } from './packed-chunks.ts';
import { chunkHash, xetHashOf, type XetHash } from './xet-hash.ts';
import { MOST_PACKED } from './xorb-framing.ts';
import { type XorbIndex, XorbIndexBuilder } from './xorb-index.ts';

/**
 * Verifies a xorb of `size` bytes without footer. Synchronous; needs some 2 MiB and up to half a second of one
 * processor. Throws `xet.xorb-invalid`.
 */
export function verifyXorb(
  read: ReadAt,
  size: number,
  space: ChunkSpace = new ChunkSpace(),
): { readonly hash: XetHash; readonly index: XorbIndex } {
  if (size < 1) throw xorbInvalid('it has no chunks');
  if (size > MOST_PACKED) throw xorbInvalid(`it has ${size} bytes, more than ${MOST_PACKED}`);
  const index = new XorbIndexBuilder();
  const tree = new MerkleTree();
  for (const chunk of packedChunks(read, { start: 0, end: size }, space)) {
    const hash = chunkHash(unpackChunk(space.decoder, chunk));
    index.add(chunk.header, hash);
    tree.add(hash, chunk.header.rawLength);
  }
  return { hash: xetHashOf(tree.root()), index: index.finish() };
}
