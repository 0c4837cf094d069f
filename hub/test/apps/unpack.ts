// Unpacks what lies packed in bytes, wherever it begins and however long it is: in streams, so that nothing is left out because it is large,
// and what comes before an error is given all the same.
import { once } from 'node:events';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';

/** Bytes from a place on, as often as they are asked for. */
export type Source = (from: number) => AsyncIterable<Buffer>;

/** Bytes of a source that lie side by side, and some of those that follow. */
export interface Stretch {
  readonly bytes: Buffer;
  readonly at: number;
  /** Before this, what begins in these bytes is theirs; behind it, it is that of the next ones. */
  readonly own: number;
}

const PART = 8 * 1024 * 1024;
/** More than a form of a value, and than the head of what is packed. */
const OVERLAP = 64 * 1024;
const FIRST_PIECE = 4_096;

interface Kind {
  readonly begins: Buffer;
  /** Where the packed bytes begin behind the head at a place; `undefined` for what is no such head. */
  readonly content: (bytes: Buffer, at: number) => number | undefined;
  readonly open: () => Transform;
}

const KINDS: readonly Kind[] = [
  { begins: Buffer.from([0x1f, 0x8b, 0x08]), content: behindGzip, open: createInflateRaw },
  { begins: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), content: (_, at) => at, open: createZstdDecompress },
  { begins: Buffer.from('PK\u0003\u0004', 'latin1'), content: behindZip, open: createInflateRaw },
  // zlib, as in the packs of git.
  ...[0x01, 0x5e, 0x9c, 0xda].map((level): Kind => {
    return { begins: Buffer.from([0x78, level]), content: (_, at) => at, open: createInflate };
  }),
];

/** What has no beginning that tells it: as a whole it is this or is not. */
const WHOLE = [createBrotliDecompress, createInflateRaw] as const;

/** A source in stretches. */
export async function* stretchesOf(source: Source): AsyncGenerator<Stretch> {
  let pieces: Buffer[] = [];
  let [at, size] = [0, 0];
  for await (const piece of source(0)) {
    pieces.push(piece);
    size += piece.length;
    if (size < PART + OVERLAP) continue;
    const bytes = Buffer.concat(pieces);
    const own = size - OVERLAP;
    yield { bytes, at, own };
    pieces = [bytes.subarray(own)];
    at += own;
    size = OVERLAP;
  }
  if (size > 0) yield { bytes: Buffer.concat(pieces), at, own: size };
}

/** Sources of what is packed in a stretch of a source. */
export function* packedIn(source: Source, { bytes, at, own }: Stretch): Generator<Source> {
  for (const { begins, content, open } of KINDS)
    for (
      let found = bytes.indexOf(begins);
      found >= 0 && found < own;
      found = bytes.indexOf(begins, found + 1)
    ) {
      const from = content(bytes, found);
      if (from !== undefined) yield unpackFrom(() => onFrom(source, { bytes, at }, from), open);
    }
}

/** Sources of what a source may be as a whole. */
export function packedAs(source: Source): readonly Source[] {
  return WHOLE.map((open) => unpackFrom(() => source(0), open));
}

// Nearly all that looks packed is not: that shows in the first bytes, which are at hand.
async function* onFrom(
  source: Source,
  { bytes, at }: Pick<Stretch, 'bytes' | 'at'>,
  from: number,
): AsyncGenerator<Buffer> {
  yield bytes.subarray(from, from + FIRST_PIECE);
  if (from + FIRST_PIECE < bytes.length) yield bytes.subarray(from + FIRST_PIECE);
  yield* source(at + bytes.length);
}

function unpackFrom(read: () => AsyncIterable<Buffer>, open: () => Transform): Source {
  return async function* unpacked(from) {
    let left = from;
    for await (const piece of unpack(read(), open())) {
      const skipped = Math.min(left, piece.length);
      left -= skipped;
      if (skipped < piece.length) yield piece.subarray(skipped);
    }
  };
}

async function* unpack(source: AsyncIterable<Buffer>, decoder: Transform): AsyncGenerator<Buffer> {
  const made: Buffer[] = [];
  const over = new AbortController();
  const end = (): void => over.abort();
  decoder.on('data', (piece: Buffer) => made.push(piece));
  decoder.once('end', end).once('error', end).once('close', end);
  const isOver = once(over.signal, 'abort');
  for await (const piece of source) {
    // Not called for what comes after the end of what is packed.
    const taken = new Promise((resolve) => decoder.write(piece, resolve));
    await Promise.race([taken, isOver]);
    yield* made.splice(0);
    if (over.signal.aborted) break;
  }
  if (!over.signal.aborted) {
    decoder.end();
    await isOver;
  }
  yield* made;
  decoder.destroy();
}

/** RFC 1952. What follows is read no further than it goes, whatever comes after it. */
function behindGzip(bytes: Buffer, begin: number): number | undefined {
  const flags = bytes[begin + 3] ?? 0;
  let at = begin + 10;
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  for (const text of [8, 16])
    if ((flags & text) !== 0) {
      const end = bytes.indexOf(0, at);
      if (end < 0) return undefined;
      at = end + 1;
    }
  return at + ((flags & 2) === 0 ? 0 : 2);
}

/** A file in an archive, whose head is before it. One that is not packed is seen as it is. */
function behindZip(bytes: Buffer, begin: number): number | undefined {
  const DEFLATED = 8;
  if (begin + 30 > bytes.length || bytes.readUInt16LE(begin + 8) !== DEFLATED) return undefined;
  return begin + 30 + bytes.readUInt16LE(begin + 26) + bytes.readUInt16LE(begin + 28);
}
