// What is known of a xorb without its bytes: the hash of every chunk, and where it ends, packed and raw.
import { HASH_BYTES } from './blake3.ts';
import { type ChunkHeader } from './chunk.ts';
import { XORB_LIMITS, XorbTotals } from './xorb-framing.ts';

const END_BYTES = 4;
/** Bytes of an index for each chunk of its xorb. */
export const INDEX_ROW_BYTES = HASH_BYTES + 2 * END_BYTES;

/** A range that begins with `start` and ends before `end`. */
export interface HalfOpen {
  readonly start: number;
  readonly end: number;
}

/**
 * The index of one xorb. As bytes: the hashes of the n chunks, then n ends in the stored xorb, headers counted, then n
 * ends in the unpacked one (u32 each, little-endian). Chunks are numbered from 0; ranges leave their end out.
 */
export class XorbIndex {
  readonly #bytes: Buffer;
  readonly #packedEnds: number;
  readonly #rawEnds: number;
  /** How many chunks there are, at least one. */
  readonly count: number;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.count = bytes.length / INDEX_ROW_BYTES;
    this.#packedEnds = this.count * HASH_BYTES;
    this.#rawEnds = this.#packedEnds + this.count * END_BYTES;
  }

  /** Reads what `encode` gave, without copying it. It comes from our own database: anything else is an error. */
  static decode(bytes: Uint8Array): XorbIndex {
    const count = bytes.length / INDEX_ROW_BYTES;
    if (!Number.isInteger(count) || count < 1 || count > XORB_LIMITS.chunks)
      throw new Error(`the index of a xorb is damaged: it has ${bytes.length} bytes`);
    return new XorbIndex(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** The index as bytes; not a copy. */
  encode(): Buffer {
    return this.#bytes;
  }

  /** Bytes of the stored xorb. */
  get packedSize(): number {
    return this.packedEnd(this.count - 1);
  }

  /** Bytes of the unpacked xorb. */
  get rawSize(): number {
    return this.rawEnd(this.count - 1);
  }

  /** The 32 bytes of a chunk's hash; not a copy. */
  hashAt(chunk: number): Buffer {
    return this.hashes(chunk, chunk + 1);
  }

  /** The hashes of a range, one after the other; not a copy. */
  hashes(start: number, end: number): Buffer {
    this.#check(start, end);
    return this.#bytes.subarray(start * HASH_BYTES, end * HASH_BYTES);
  }

  /** Where a range of chunks stands in the stored xorb, headers included. */
  packedRange(start: number, end: number): HalfOpen {
    this.#check(start, end);
    return { start: start === 0 ? 0 : this.packedEnd(start - 1), end: this.packedEnd(end - 1) };
  }

  /** How many bytes a range of chunks has once unpacked. */
  rawLength(start: number, end: number): number {
    this.#check(start, end);
    return this.rawEnd(end - 1) - this.rawStart(start);
  }

  /** Where a chunk ends in the stored xorb. */
  packedEnd(chunk: number): number {
    return this.#bytes.readUInt32LE(this.#packedEnds + chunk * END_BYTES);
  }

  /** Where a chunk begins in the unpacked xorb. */
  rawStart(chunk: number): number {
    return chunk === 0 ? 0 : this.rawEnd(chunk - 1);
  }

  /** Where a chunk ends in the unpacked xorb. */
  rawEnd(chunk: number): number {
    return this.#bytes.readUInt32LE(this.#rawEnds + chunk * END_BYTES);
  }

  /** The chunk that holds a byte of the unpacked xorb, which must lie inside it. */
  chunkAtRaw(offset: number): number {
    if (!(offset >= 0 && offset < this.rawSize)) throw new RangeError(`byte ${offset} is not in the xorb`);
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.rawEnd(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #check(start: number, end: number): void {
    if (!(start >= 0 && start < end && end <= this.count))
      throw new RangeError(`chunks ${start} to ${end} are not in a xorb of ${this.count}`);
  }
}

/** Gathers the index of a xorb, chunk after chunk. */
export class XorbIndexBuilder {
  readonly #totals = new XorbTotals();
  readonly #hashes = Buffer.allocUnsafe(XORB_LIMITS.chunks * HASH_BYTES);
  readonly #packedEnds: number[] = [];
  readonly #rawEnds: number[] = [];

  /** Adds the next chunk and its 32 bytes of hash. Throws `xet.xorb-invalid` when it is one too many. */
  add(header: ChunkHeader, hash: Uint8Array): void {
    this.#totals.add(header);
    this.#hashes.set(hash, this.#packedEnds.length * HASH_BYTES);
    this.#packedEnds.push(this.#totals.packed);
    this.#rawEnds.push(this.#totals.raw);
  }

  /** The index of what was added, which must be something. */
  finish(): XorbIndex {
    const count = this.#packedEnds.length;
    const bytes = Buffer.allocUnsafeSlow(count * INDEX_ROW_BYTES);
    let at = this.#hashes.copy(bytes, 0, 0, count * HASH_BYTES);
    for (const end of [...this.#packedEnds, ...this.#rawEnds]) at = bytes.writeUInt32LE(end, at);
    return XorbIndex.decode(bytes);
  }
}
