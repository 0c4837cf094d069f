// Which bytes of a xorb a Range header asks for, of those that a link opens. Pure.
import { parseRangeList } from '#modules/xet';
import { type ByteRange } from '../http/byte-range.ts';

const UNIT = 'bytes=';

/**
 * The ranges, in the order in which they were asked for. `undefined` where there is none, where one reaches beyond what
 * the link opens, or where the same bytes are asked for again and again: a header of four kilobytes must not cost
 * gigabytes.
 */
export function readRanges(
  header: string | undefined,
  allowed: readonly ByteRange[],
): readonly ByteRange[] | undefined {
  if (header?.startsWith(UNIT) !== true) return undefined;
  const ranges = parseRangeList(header.slice(UNIT.length).replaceAll(', ', ','));
  if (ranges === undefined) return undefined;
  const within = ({ start, end }: ByteRange) =>
    start < end && allowed.some((one) => one.start <= start && end <= one.end);
  if (!ranges.every(within)) return undefined;
  return sizeOf(ranges) <= sizeOf(allowed) ? ranges : undefined;
}

function sizeOf(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0);
}
