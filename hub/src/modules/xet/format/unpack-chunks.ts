// Gives back the bytes of files from a stored xorb.
import { ChunkDecoder } from './chunk.ts';
import { packedChunks, type ReadAt, unpackChunk } from './packed-chunks.ts';
import { type HalfOpen } from './xorb-index.ts';

/**
 * Unpacks the chunks that fill a range of the stored xorb, one after the other. What is yielded is good until the next
 * is asked for. Throws `xet.xorb-invalid`.
 */
export function* unpackChunks(read: ReadAt, range: HalfOpen): Generator<Uint8Array> {
  const decoder = new ChunkDecoder();
  for (const chunk of packedChunks(read, range)) yield unpackChunk(decoder, chunk);
}
