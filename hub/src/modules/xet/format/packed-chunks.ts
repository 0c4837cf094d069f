// Reads the chunks of a stored xorb, in large blocks and synchronously: this runs in threads, over an open descriptor.
import { MiB } from '@holdfast/kernel/size';
import { allocateAligned, PAGE, toPage } from '@holdfast/platform/aligned';
import { xorbInvalid } from '../faults.ts';
import { atChunk, CHUNK_HEADER_BYTES, ChunkDecoder, type ChunkHeader, readChunkHeader } from './chunk.ts';
import { type HalfOpen } from './xorb-index.ts';

/**
 * Fills `into` from a byte of the stored xorb on. Returns how many bytes it read: fewer only at the end. It is asked at
 * multiples of `PAGE`, for multiples of it, and into memory that begins at one where the space does.
 */
export type ReadAt = (offset: number, into: Uint8Array) => number;

/** A chunk as it is stored. */
export interface PackedChunk {
  /** Its number, counted from where reading began. */
  readonly number: number;
  /** Where its header stands in the stored xorb. */
  readonly offset: number;
  readonly header: ChunkHeader;
  /** Good until the next chunk is asked for. */
  readonly packed: Uint8Array;
}

/** Holds any chunk, and several of the usual size. */
const BLOCK_BYTES = MiB;

/**
 * The memory in which chunks are read and unpacked, for one reader after the other. If each made its own, more than 60
 * MiB of it would wait in each thread to be collected.
 */
export class ChunkSpace {
  readonly block: Uint8Array = allocateAligned(BLOCK_BYTES);
  readonly decoder: ChunkDecoder = new ChunkDecoder();
}

/** The chunks that fill a range of a stored xorb. Throws `xet.xorb-invalid` for a bad header or a chunk beyond it. */
export function* packedChunks(read: ReadAt, range: HalfOpen, space: ChunkSpace): Generator<PackedChunk> {
  const blocks = new Blocks(read, range, space.block);
  for (let number = 0; blocks.at < range.end; number += 1) yield readChunk(blocks, number);
}

function readChunk(blocks: Blocks, number: number): PackedChunk {
  const offset = blocks.at;
  try {
    const header = readChunkHeader(blocks.take(CHUNK_HEADER_BYTES), 0);
    return { number, offset, header, packed: blocks.take(header.packedLength) };
  } catch (error) {
    throw atChunk(error, { number, offset });
  }
}

/** The bytes of such a chunk in its file, good until the next call. Throws `xet.xorb-invalid`, which says where. */
export function unpackChunk(decoder: ChunkDecoder, chunk: PackedChunk): Uint8Array {
  try {
    return decoder.decode(chunk.header, chunk.packed);
  } catch (error) {
    throw atChunk(error, chunk);
  }
}

/** A window that moves along the range. */
class Blocks {
  readonly #read: ReadAt;
  readonly #end: number;
  readonly #block: Uint8Array;
  /** Where the bytes in the window stop, in the xorb: at a page, unless that is the end. */
  #loaded: number;
  /** Which of the window come next, and where it stops. */
  #start = 0;
  #filled = 0;
  /** Bytes before the range that are not loaded yet: what comes before it on its first page is passed over. */
  #skip: number;

  constructor(read: ReadAt, { start, end }: HalfOpen, block: Uint8Array) {
    this.#read = read;
    this.#end = end;
    this.#loaded = Math.floor(start / PAGE) * PAGE;
    this.#block = block;
    this.#skip = start - this.#loaded;
  }

  /** The byte of the xorb that comes next. */
  get at(): number {
    return this.#loaded + this.#skip - (this.#filled - this.#start);
  }

  /** The next bytes, at most as many as a chunk may have; good until the next call. */
  take(length: number): Uint8Array {
    if (length > this.#end - this.at) throw xorbInvalid(`it goes beyond byte ${this.#end}, the end`);
    if (length > this.#filled - this.#start) this.#load();
    this.#start += length;
    return this.#block.subarray(this.#start - length, this.#start);
  }

  /** Moves what is left to the front, up to a page, and fills the window with pages. */
  #load(): void {
    const left = this.#filled - this.#start;
    const front = toPage(left);
    this.#block.copyWithin(front - left, this.#start, this.#filled);
    const room = this.#block.length - front;
    const wanted = Math.min(room, this.#end - this.#loaded);
    const got = this.#read(this.#loaded, this.#block.subarray(front, front + Math.min(room, toPage(wanted))));
    if (got < wanted) throw new Error(`the stored xorb ends at ${this.#loaded + got}, before ${this.#end}`);
    this.#start = front - left + this.#skip;
    this.#skip = 0;
    this.#filled = front + wanted;
    this.#loaded += wanted;
  }
}
