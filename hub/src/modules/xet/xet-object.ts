// A file made of xorbs, open for reading: its chunks are read, unpacked, hashed and only then given out, because no
// client checks them and a disk may lie.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type ByteRange, type OpenObject } from '@holdfast/platform/objects/store';
import { readBlocks, type Block, type BlockSource } from './blocks.ts';
import { CHUNK_HEADER_BYTES, ChunkDecoder, readChunkHeader } from './format/chunk.ts';
import { chunkHash } from './format/xet-hash.ts';

/** The bytes of a file. */
export class XetObject implements OpenObject {
  readonly sha256: Sha256;
  readonly #source: BlockSource;

  constructor(sha256: Sha256, source: BlockSource) {
    this.sha256 = sha256;
    this.#source = source;
  }

  get size(): number {
    return this.#source.terms.size;
  }

  get fd(): undefined {
    return undefined;
  }

  async *read(range: ByteRange, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { buffers } = this.#source;
    const decoder = new ChunkDecoder();
    const buffer = buffers.take();
    const gathered = new Gathered(buffer);
    try {
      for await (const block of readBlocks(this.#source, range)) {
        signal?.throwIfAborted();
        for (const bytes of unpackBlock(block, decoder)) yield* gathered.add(bytes);
      }
      yield* gathered.rest();
    } finally {
      buffers.give(buffer);
    }
  }

  async readInto(start: number, into: Uint8Array): Promise<void> {
    let done = 0;
    for await (const piece of this.read({ start, end: start + into.length })) {
      into.set(piece, done);
      done += piece.length;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Each read opens and closes what it needs.
  }
}

/** What is wanted of each chunk of a block, good until the next. Throws when one is not what was verified once. */
function* unpackBlock(
  { index, first, until, raw, packed }: Block,
  decoder: ChunkDecoder,
): Generator<Uint8Array> {
  const { start } = index.packedRange(first, until);
  for (let chunk = first; chunk < until; chunk += 1) {
    const at = index.packedRange(chunk, chunk + 1).start - start;
    const header = readChunkHeader(packed, at);
    const body = at + CHUNK_HEADER_BYTES;
    const bytes = decoder.decode(header, packed.subarray(body, body + header.packedLength));
    if (!chunkHash(bytes).equals(index.hashAt(chunk)))
      throw new Error(`chunk ${chunk} of a xorb is damaged on its disk`);
    const begin = index.rawStart(chunk);
    yield bytes.subarray(Math.max(0, raw.start - begin), Math.min(bytes.length, raw.end - begin));
  }
}

/** Makes large pieces of small ones: a connection takes a megabyte at once with far less work than in sixteen writes. */
class Gathered {
  readonly #buffer: Buffer;
  #filled = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Adds bytes, and gives the buffer each time it is full. */
  *add(bytes: Uint8Array): Generator<Uint8Array> {
    for (let done = 0; done < bytes.length;) {
      const length = Math.min(bytes.length - done, this.#buffer.length - this.#filled);
      this.#buffer.set(bytes.subarray(done, done + length), this.#filled);
      done += length;
      this.#filled += length;
      if (this.#filled === this.#buffer.length) yield* this.rest();
    }
  }

  /** Gives what is left. */
  *rest(): Generator<Uint8Array> {
    if (this.#filled > 0) yield this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
  }
}
