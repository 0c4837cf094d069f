// A chunk as it stands in a xorb: a header of eight bytes, then its bytes as they are or packed.
import { isFault } from '@holdfast/kernel/fault';
import { KiB } from '@holdfast/kernel/size';
import { xorbInvalid } from '../faults.ts';
import { ungroup } from './bg4.ts';
import { decodeLz4Frame } from './lz4-frame.ts';

/** Bytes of a chunk's header. */
export const CHUNK_HEADER_BYTES = 8;
/** The most bytes of a chunk in its file. */
export const MOST_CHUNK_RAW = 128 * KiB;
/** The most bytes of a chunk in its xorb, without the header. */
const MOST_CHUNK_PACKED = 256 * KiB;

/** How a chunk is packed. */
export const SCHEME = { none: 0, lz4: 1, regroupedLz4: 2 } as const;
/** One of the ways. */
export type Scheme = (typeof SCHEME)[keyof typeof SCHEME];

/** What the header says, within bounds. */
export interface ChunkHeader {
  /** Bytes that follow the header. */
  readonly packedLength: number;
  readonly scheme: Scheme;
  /** Bytes in the file. */
  readonly rawLength: number;
}

/** Reads the header at an offset, of which all eight bytes must be there. Throws `xet.xorb-invalid`. */
export function readChunkHeader(bytes: Uint8Array, offset: number): ChunkHeader {
  const version = bytes[offset];
  if (version !== 0) throw xorbInvalid(`its header has the unknown version ${version}`);
  const packedLength = readThree(bytes, offset + 1);
  const scheme = bytes[offset + 4];
  const rawLength = readThree(bytes, offset + 5);
  if (scheme !== SCHEME.none && scheme !== SCHEME.lz4 && scheme !== SCHEME.regroupedLz4)
    throw xorbInvalid(`its header has the unknown scheme ${scheme}`);
  if (rawLength < 1 || rawLength > MOST_CHUNK_RAW)
    throw xorbInvalid(`its header claims ${rawLength} bytes; 1 to ${MOST_CHUNK_RAW} are possible`);
  if (packedLength < 1 || packedLength > MOST_CHUNK_PACKED)
    throw xorbInvalid(
      `its header claims ${packedLength} packed bytes; 1 to ${MOST_CHUNK_PACKED} are possible`,
    );
  if (scheme === SCHEME.none && packedLength !== rawLength)
    throw xorbInvalid(`its header claims ${packedLength} and ${rawLength} bytes, but it is not packed`);
  return { packedLength, scheme, rawLength };
}

function readThree(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
}

/** Unpacks chunks, one after the other, into the same memory. */
export class ChunkDecoder {
  readonly #unpacked = new Uint8Array(MOST_CHUNK_RAW);
  readonly #ungrouped = new Uint8Array(MOST_CHUNK_RAW);

  /**
   * The chunk's bytes in the file. They are good until the next call, and those of a chunk that is not packed are the
   * ones given. Throws `xet.xorb-invalid` unless there are exactly as many as the header says.
   */
  decode({ scheme, rawLength }: ChunkHeader, packed: Uint8Array): Uint8Array {
    if (scheme === SCHEME.none) return packed;
    const room = this.#unpacked.subarray(0, rawLength);
    const length = decodeLz4Frame(packed, room);
    if (length !== rawLength) throw xorbInvalid(`it unpacks to ${length} bytes, not ${rawLength}`);
    if (scheme === SCHEME.lz4) return room;
    const raw = this.#ungrouped.subarray(0, rawLength);
    ungroup(room, raw);
    return raw;
  }
}

/** Says of a `xet.xorb-invalid` which chunk it is about; leaves any other error as it is. */
export function atChunk(
  error: unknown,
  chunk: { readonly number: number; readonly offset: number },
): unknown {
  if (!isFault(error, xorbInvalid.code)) return error;
  return xorbInvalid(`chunk ${chunk.number} at byte ${chunk.offset}: ${String(error.details['why'])}`);
}
