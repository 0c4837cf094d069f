// The frame of a xorb: chunk after chunk, and maybe a footer, which is dropped because an index of our own replaces it.
import { KiB, MiB } from '@holdfast/kernel/size';
import { xorbInvalid } from '../faults.ts';
import { atChunk, CHUNK_HEADER_BYTES, type ChunkHeader, readChunkHeader } from './chunk.ts';

/** How much a xorb may hold. */
export interface XorbLimits {
  readonly chunks: number;
  /** Bytes in files. */
  readonly raw: number;
  /** Bytes as they are stored, with the headers. */
  readonly packed: number;
}

/** The most bytes of a xorb as it is stored. The limit of 64 MiB is on raw bytes: headers come on top. */
export const MOST_PACKED: number = 64 * MiB + 64 * KiB;
/** The limits that the protocol sets. */
export const XORB_LIMITS: XorbLimits = { chunks: 8192, raw: 64 * MiB, packed: MOST_PACKED };

/** Real ones have 40 bytes for each chunk and some more. */
const MOST_FOOTER = 512 * KiB;
/** As long as a chunk's header, whose first byte is never an X. A byte with the version follows. */
const FOOTER_MARK = Buffer.from('XETBLOB', 'latin1');
const NEWEST_FOOTER = 1;

/** Sums up the headers of a xorb and keeps them within limits. */
export class XorbTotals {
  readonly #limits: XorbLimits;
  chunks = 0;
  raw = 0;
  packed = 0;

  constructor(limits: XorbLimits = XORB_LIMITS) {
    this.#limits = limits;
  }

  /** Counts the next chunk. Throws `xet.xorb-invalid` as soon as one is too much. */
  add({ packedLength, rawLength }: ChunkHeader): void {
    this.chunks += 1;
    this.raw += rawLength;
    this.packed += CHUNK_HEADER_BYTES + packedLength;
    const { chunks, raw, packed } = this.#limits;
    if (this.chunks > chunks) throw xorbInvalid(`it has more than ${chunks} chunks`);
    if (this.raw > raw) throw xorbInvalid(`its chunks claim more than ${raw} bytes`);
    if (this.packed > packed) throw xorbInvalid(`its chunks claim more than ${packed} packed bytes`);
  }
}

/**
 * Passes on the chunks of a xorb with their headers as they come, without copying them, and leaves a footer out. Throws
 * `xet.xorb-invalid` at the first header that is wrong, at the first byte too much, and when the end comes too early.
 * Whether the chunks hold what they claim is not looked at.
 */
export async function* chunksOnly(
  source: AsyncIterable<Uint8Array>,
  limits: XorbLimits = XORB_LIMITS,
): AsyncGenerator<Uint8Array> {
  const framing = new Framing(limits);
  for await (const piece of source) yield* framing.take(piece);
  framing.end();
}

/** Walks along the headers, wherever the pieces are cut. Holds a header at most. */
class Framing {
  readonly #totals: XorbTotals;
  /** A header that came in parts. */
  readonly #header = Buffer.alloc(CHUNK_HEADER_BYTES);
  #headerBytes = 0;
  /** Bytes that the chunk still lacks. */
  #missing = 0;
  #footer: number | undefined;

  constructor(limits: XorbLimits) {
    this.#totals = new XorbTotals(limits);
  }

  /** What of the piece, and of the header held, belongs to chunks. */
  take(piece: Uint8Array): Uint8Array[] {
    const out: Uint8Array[] = [];
    let start = 0;
    let at = 0;
    while (at < piece.length && this.#footer === undefined) {
      const body = Math.min(this.#missing, piece.length - at);
      this.#missing -= body;
      at += body;
      if (this.#missing > 0 || at === piece.length) break;
      if (this.#headerBytes === 0 && at + CHUNK_HEADER_BYTES <= piece.length) {
        if (!this.#enter(piece, at)) break;
        at += CHUNK_HEADER_BYTES;
        continue;
      }
      if (at > start) out.push(piece.subarray(start, at));
      at += this.#collect(piece.subarray(at));
      start = at;
      if (this.#headerBytes < CHUNK_HEADER_BYTES) break;
      this.#headerBytes = 0;
      if (this.#enter(this.#header, 0)) out.push(Buffer.from(this.#header));
    }
    if (at > start) out.push(piece.subarray(start, at));
    if (this.#footer !== undefined) this.#skipFooter(piece.length - at);
    return out;
  }

  /** Nothing comes any more. */
  end(): void {
    const { chunks, packed } = this.#totals;
    if (this.#missing > 0 || this.#headerBytes > 0)
      throw xorbInvalid(`it breaks off in chunk ${Math.max(0, chunks - 1)}, before byte ${packed}`);
    if (chunks === 0) throw xorbInvalid('it has no chunks');
  }

  /** Adds to the header held. Returns how many bytes it took. */
  #collect(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, CHUNK_HEADER_BYTES - this.#headerBytes);
    this.#header.set(bytes.subarray(0, taken), this.#headerBytes);
    this.#headerBytes += taken;
    return taken;
  }

  /** Reads the eight bytes at an offset. Returns whether a chunk begins there, and not the footer. */
  #enter(bytes: Uint8Array, offset: number): boolean {
    if (isFooter(bytes, offset)) {
      this.#footer = 0;
      return false;
    }
    const { chunks, packed } = this.#totals;
    try {
      const header = readChunkHeader(bytes, offset);
      this.#totals.add(header);
      this.#missing = header.packedLength;
    } catch (error) {
      throw atChunk(error, { number: chunks, offset: packed });
    }
    return true;
  }

  #skipFooter(bytes: number): void {
    this.#footer = (this.#footer ?? 0) + bytes;
    if (this.#footer > MOST_FOOTER) throw xorbInvalid(`its footer has more than ${MOST_FOOTER} bytes`);
  }
}

function isFooter(bytes: Uint8Array, offset: number): boolean {
  if (!FOOTER_MARK.equals(bytes.subarray(offset, offset + FOOTER_MARK.length))) return false;
  const version = bytes[offset + FOOTER_MARK.length] ?? 0;
  if (version > NEWEST_FOOTER) throw xorbInvalid(`its footer has the unknown version ${version}`);
  return true;
}
