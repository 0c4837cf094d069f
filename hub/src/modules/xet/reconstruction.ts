// Which chunks of which xorbs give a range of a file. Pure.
// Invariant: a reader is pointed at chunks of the file and at no others; gaps between them are never filled, because
// a xorb holds chunks of other files too.
import { type ByteRange } from '@holdfast/platform/objects/store';
import { type XorbIndex } from './format/xorb-index.ts';
import { type XetHash } from './format/xet-hash.ts';
import { type Term, type Terms } from './terms.ts';

/** Chunks of a xorb, and the bytes of the packed xorb in which they lie. Both ends are exclusive. */
export interface XorbRange {
  readonly chunks: ByteRange;
  readonly bytes: ByteRange;
}

/** What gives a range of a file. */
export interface Reconstruction {
  /** Bytes to skip at the start of the first term. */
  readonly skip: number;
  readonly terms: readonly Term[];
  /** For each xorb its parts, in order, none touching another. */
  readonly xorbs: ReadonlyMap<XetHash, readonly XorbRange[]>;
}

/** The xorbs that a range of a file needs. The range must lie inside the file. */
export function xorbsOf(terms: Terms, range: ByteRange): XetHash[] {
  const needed = new Set<XetHash>();
  for (const index of indexesOf(terms, range)) needed.add(terms.at(index).xorb);
  return [...needed];
}

/** What gives a range of a file, without the chunks before and behind it. The range must lie inside the file. */
export function reconstruct(
  terms: Terms,
  range: ByteRange,
  indexOf: (xorb: XetHash) => XorbIndex,
): Reconstruction {
  const trimmed: Term[] = [];
  let skip = 0;
  for (const number of indexesOf(terms, range)) {
    const term = terms.at(number);
    const index = indexOf(term.xorb);
    const base = index.rawStart(term.start);
    // Where the range begins and ends, counted in the xorb's own bytes.
    const from = base + Math.max(0, range.start - terms.startOf(number));
    const to = base + Math.min(term.rawLength, range.end - terms.startOf(number));
    const start = index.chunkAtRaw(from);
    const end = index.chunkAtRaw(to - 1) + 1;
    if (trimmed.length === 0) skip = from - index.rawStart(start);
    trimmed.push({ xorb: term.xorb, start, end, rawLength: index.rawLength(start, end) });
  }
  return { skip, terms: trimmed, xorbs: rangesOf(trimmed, indexOf) };
}

function* indexesOf(terms: Terms, range: ByteRange): Generator<number> {
  if (range.start >= range.end) return;
  for (let index = terms.find(range.start); index < terms.count; index += 1) {
    if (terms.startOf(index) >= range.end) return;
    yield index;
  }
}

function rangesOf(
  terms: readonly Term[],
  indexOf: (xorb: XetHash) => XorbIndex,
): Map<XetHash, readonly XorbRange[]> {
  const wanted = new Map<XetHash, ByteRange[]>();
  for (const { xorb, start, end } of terms) {
    const ranges = wanted.get(xorb);
    if (ranges === undefined) wanted.set(xorb, [{ start, end }]);
    else ranges.push({ start, end });
  }
  const merged = new Map<XetHash, readonly XorbRange[]>();
  for (const [xorb, ranges] of wanted) {
    const index = indexOf(xorb);
    merged.set(
      xorb,
      joinTouching(ranges).map((chunks) => ({ chunks, bytes: index.packedRange(chunks.start, chunks.end) })),
    );
  }
  return merged;
}

/** The ranges in order, those that overlap or touch as one. */
function joinTouching(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last === undefined || range.start > last.end) joined.push(range);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return joined;
}
