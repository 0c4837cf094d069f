// Gives back the bytes of files from a stored xorb.
import { ChunkSpace, packedChunks, type ReadAt, unpackChunk } from './packed-chunks.ts';
import { type HalfOpen } from './xorb-index.ts';

/**
 * Unpacks the chunks that fill a range of the stored xorb, one after the other. What is yielded is good until the next
 * is asked for. Throws `xet.xorb-invalid`.
 */
export function* unpackChunks(
  read: ReadAt,
  range: HalfOpen,
  space: ChunkSpace = new ChunkSpace(),
): Generator<Uint8Array> {
  for (const chunk of packedChunks(read, range, space)) yield unpackChunk(space.decoder, chunk);
}
