// QR codes (ISO/IEC 18004) of short texts, drawn here so that no script and no other host sees what is in them.
import { correctionOf } from './correction.ts';
import { Grid } from './grid.ts';

/** Bytes of correction in a block, and blocks, by version from 1, at level M. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [10, 1],
  [16, 1],
  [26, 1],
  [18, 2],
  [24, 2],
  [16, 4],
  [18, 4],
  [22, 4],
  [22, 5],
  [26, 5],
];

function capacityOf(version: number): number {
  let modules = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const alignments = Math.floor(version / 7) + 2;
    modules -= (25 * alignments - 10) * alignments - 55;
  }
  if (version >= 7) modules -= 36;
  return Math.floor(modules / 8);
}

/** The dark modules of a text's code as the path of an SVG, and the size of its side. Throws for a text over 200 bytes. */
export function qrPath(text: string): { readonly path: string; readonly size: number } {
  const bytes = [...new TextEncoder().encode(text)];
  const version = BLOCKS.findIndex(([correction, blocks], index) => {
    const room = capacityOf(index + 1) - correction * blocks;
    return bytes.length + (index + 1 < 10 ? 2 : 3) <= room;
  });
  const [correction, blocks] = BLOCKS[version] ?? [0, 0];
  if (blocks === 0) throw new RangeError('too long for a code');
  const room = capacityOf(version + 1) - correction * blocks;
  const grid = new Grid(version + 1);
  const all = interleave(padded(bytes, version + 1 < 10 ? 8 : 16, room), { correction, blocks });
  grid.drawData(
    all.flatMap((byte) => Array.from({ length: 8 }, (_bit, at) => ((byte >>> (7 - at)) & 1) === 1)),
  );
  let path = '';
  for (let y = 0; y < grid.size; y += 1)
    for (let x = 0; x < grid.size; x += 1) if (grid.isDark(x, y)) path += `M${x} ${y}h1v1h-1z`;
  return { path, size: grid.size };
}

// Mode (bytes), length, the bytes, and filling up to the room there is.
function padded(bytes: readonly number[], lengthBits: number, room: number): number[] {
  let bits = `0100${bytes.length.toString(2).padStart(lengthBits, '0')}`;
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  bits += '0'.repeat(Math.min(4, room * 8 - bits.length));
  bits += '0'.repeat((8 - (bits.length % 8)) % 8);
  const out = bits.match(/.{8}/g)?.map((one) => Number.parseInt(one, 2)) ?? [];
  for (let filler = 0xec; out.length < room; filler ^= 0xec ^ 0x11) out.push(filler);
  return out;
}

// Blocks of nearly the same length, the shorter ones first; sent a byte of each in turn.
function interleave(bytes: readonly number[], of: { correction: number; blocks: number }): number[] {
  const { correction, blocks } = of;
  const short = Math.floor(bytes.length / blocks);
  const shorts = blocks - (bytes.length % blocks);
  let from = 0;
  const pieces = Array.from({ length: blocks }, (_block, index) => {
    const piece = bytes.slice(from, from + short + (index < shorts ? 0 : 1));
    from += piece.length;
    return piece;
  });
  const column = (lists: readonly (readonly number[])[], at: number): number[] =>
    lists.flatMap((list) => (at < list.length ? [list[at] ?? 0] : []));
  const corrections = pieces.map((piece) => correctionOf(piece, correction));
  return [
    ...Array.from({ length: short + 1 }, (_row, at) => column(pieces, at)).flat(),
    ...Array.from({ length: correction }, (_row, at) => column(corrections, at)).flat(),
  ];
}
