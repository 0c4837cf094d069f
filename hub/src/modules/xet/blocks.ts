// Reads the stored chunks that give a range of a file, a block at a time; the next is read while the last is looked at.
import { type BufferPool } from '@holdfast/platform/buffer-pool';
import { type ByteRange } from '@holdfast/platform/objects/store';
import { type XetHash } from './format/xet-hash.ts';
import { type XorbIndex } from './format/xorb-index.ts';
import { type Terms } from './terms.ts';
import { type OpenXorb } from './xorb-indexes.ts';

/** Where the blocks of a file come from. */
export interface BlockSource {
  readonly terms: Terms;
  readonly open: (xorb: XetHash) => Promise<OpenXorb>;
  readonly buffers: BufferPool;
}

/** Chunks `first` up to, but without, `until` of a xorb. */
interface Span {
  readonly index: XorbIndex;
  readonly first: number;
  readonly until: number;
  /** Which bytes of the unpacked xorb are wanted. */
  readonly raw: ByteRange;
}

/** A span with its stored bytes, good until the next block is asked for. */
export interface Block extends Span {
  readonly packed: Uint8Array;
}

/** The blocks that give a range of a file. */
export async function* readBlocks(source: BlockSource, range: ByteRange): AsyncGenerator<Block> {
  const { buffers } = source;
  const pair = [new Room(buffers.take()), new Room(buffers.take())] as const;
  const spans = openSpans(source, range, Math.min(pair[0].size, pair[1].size));
  let next = load(spans, pair[0]);
  try {
    for (let turn = 1; ; turn ^= 1) {
      const block = await next;
      if (block === undefined) return;
      next = load(spans, turn === 1 ? pair[1] : pair[0]);
      next.catch(() => undefined); // seen by whoever awaits it next
      yield block;
    }
  } finally {
    await next.catch(() => undefined); // or a buffer would be another's while it is read into
    await spans.return(undefined);
    for (const { buffer } of pair) buffers.give(buffer);
  }
}

/** Memory for one block. */
class Room {
  buffer: Buffer;
  readonly size: number;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
    this.size = buffer.length;
  }

  /**
   * So many bytes. A single chunk may be larger than a buffer that was lent when memory was short; the larger one is
   * kept, or many readers at once would leave one behind with every chunk.
   */
  take(length: number): Buffer {
    if (length > this.buffer.length) this.buffer = Buffer.allocUnsafeSlow(length);
    return this.buffer.subarray(0, length);
  }
}

async function load(spans: AsyncGenerator<Span & OpenXorb>, room: Room): Promise<Block | undefined> {
  const { value: span, done } = await spans.next();
  if (done === true) return undefined;
  const { start, end } = span.index.packedRange(span.first, span.until);
  const packed = room.take(end - start);
  await span.opened.readInto(start, packed);
  return { ...span, packed };
}

/** The spans that give a range, each with its xorb, which stays open until the next is asked for. */
async function* openSpans(
  { terms, open }: BlockSource,
  range: ByteRange,
  size: number,
): AsyncGenerator<Span & OpenXorb> {
  if (range.start >= range.end) return;
  for (let number = terms.find(range.start); number < terms.count; number += 1) {
    const begin = terms.startOf(number);
    if (begin >= range.end) return;
    const { xorb, start, rawLength } = terms.at(number);
    const { index, opened } = await open(xorb);
    await using _opened = opened;
    const base = index.rawStart(start);
    const raw = {
      start: base + Math.max(0, range.start - begin),
      end: base + Math.min(rawLength, range.end - begin),
    };
    const last = index.chunkAtRaw(raw.end - 1);
    for (let first = index.chunkAtRaw(raw.start); first <= last;) {
      const until = fitting(index, { first, last, size });
      yield { opened, index, first, until, raw };
      first = until;
    }
  }
}

/** The chunk behind the last one that still fits together with the first. */
function fitting(
  index: XorbIndex,
  { first, last, size }: { readonly first: number; readonly last: number; readonly size: number },
): number {
  const { start } = index.packedRange(first, first + 1);
  let until = first + 1;
  while (until <= last && index.packedEnd(until) - start <= size) until += 1;
  return until;
}
