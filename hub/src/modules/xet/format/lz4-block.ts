// One compressed block of LZ4: runs of literal bytes, each followed by a match, which repeats what was unpacked before.
import { xorbInvalid } from '../faults.ts';
import { type Lz4Window, Span } from './lz4-window.ts';

/** What a block may touch of the window. */
export interface BlockBounds {
  /** Where its last byte must have gone. */
  readonly cap: number;
  /** The first byte that a match may repeat. */
  readonly floor: number;
}

/** A length that fills its four bits goes on in further bytes, until one that is not full. */
const FULL_NIBBLE = 15;
const FULL_BYTE = 255;
const SHORTEST_MATCH = 4;
/** A block ends with literals only: the last match begins and ends this far before. Fast decoders rely on it. */
const LAST_MATCH_STARTS = 12;
const LAST_MATCH_ENDS = 5;

/**
 * Unpacks a block to the end of the window. Throws `xet.xorb-invalid` for all that the format does not allow: what is
 * let in here must be readable by the strictest client, or a sender could spoil a xorb for everybody else.
 */
export function decodeLz4Block(bytes: Uint8Array, window: Lz4Window, { cap, floor }: BlockBounds): void {
  const block = new Span(bytes);
  const end = bytes.length;
  let from = 0;
  let matched = -1;
  let matchStart = 0;
  for (;;) {
    if (from >= end) throw xorbInvalid('an LZ4 block breaks off');
    const token = bytes[from] ?? 0;
    from += 1;
    let literals = token >>> 4;
    if (literals === FULL_NIBBLE)
      for (let more = FULL_BYTE; more === FULL_BYTE; literals += more) more = bytes[from++] ?? 0;
    if (from + literals > end) throw xorbInvalid('an LZ4 block breaks off');
    if (window.at + literals > cap) throw xorbInvalid('an LZ4 block unpacks to too much');
    window.append(block, from, literals);
    from += literals;
    if (from === end) break;
    const distance = (bytes[from] ?? 0) | ((bytes[from + 1] ?? 0) << 8);
    from += 2;
    let length = (token & FULL_NIBBLE) + SHORTEST_MATCH;
    if (length === FULL_NIBBLE + SHORTEST_MATCH)
      for (let more = FULL_BYTE; more === FULL_BYTE; length += more) more = bytes[from++] ?? 0;
    matchStart = window.at;
    matched = matchStart + length;
    if (matched > cap) throw xorbInvalid('an LZ4 block unpacks to too much');
    if (distance === 0 || matchStart - distance < floor)
      throw xorbInvalid('an LZ4 match repeats what is not there');
    window.repeat(distance, length);
  }
  if (matched >= 0 && (window.at - matched < LAST_MATCH_ENDS || window.at - matchStart < LAST_MATCH_STARTS))
    throw xorbInvalid('an LZ4 block ends without its last literals');
}
