// The tree in tiles of 256 hashes, as C2SP's tlog-tiles has them: a tile of level L holds roots of subtrees of 256^L
// leaves. All but the last tile of a level are full and never change again.
import { EMPTY_ROOT, HASH_BYTES, nodeHash, nth, perfectRoot } from './hash.ts';

/** Hashes in a full tile, and the height of the tree within it. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Which tile. */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** A tile with its hashes, one after the other. */
export interface Tile extends TilePlace {
  readonly hashes: Buffer;
}

/** The hashes in a tile. */
export function hashesOf(tile: Buffer): Buffer[] {
  const hashes: Buffer[] = [];
  for (let at = 0; at + HASH_BYTES <= tile.length; at += HASH_BYTES)
    hashes.push(tile.subarray(at, at + HASH_BYTES));
  return hashes;
}

/** The tiles that are not full in a tree of this size, the lowest level first; those without a hash are left out. */
export function partialTiles(size: number): (TilePlace & { readonly width: number })[] {
  const partial: (TilePlace & { readonly width: number })[] = [];
  let level = 0;
  for (let left = size; left > 0; left = Math.floor(left / TILE_WIDTH)) {
    const width = left % TILE_WIDTH;
    if (width > 0) partial.push({ level, index: Math.floor(left / TILE_WIDTH), width });
    level += 1;
  }
  return partial;
}

/** The tile and the part of it that hold the subtree of 2^level leaves at this place. */
export function placeOfNode(
  level: number,
  index: number,
): TilePlace & { readonly from: number; readonly count: number } {
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  return {
    level: Math.floor(level / TILE_HEIGHT),
    index: Math.floor(first / TILE_WIDTH),
    from: first % TILE_WIDTH,
    count,
  };
}

/** The right edge of a tree: all that is needed to append to it and to know its root. Never changed once made. */
export class TreeEdge {
  static readonly EMPTY: TreeEdge = new TreeEdge(0, []);
  readonly size: number;
  /** Hashes of the partial tile of each level. */
  readonly #rows: readonly (readonly Buffer[])[];

  private constructor(size: number, rows: readonly (readonly Buffer[])[]) {
    this.size = size;
    this.#rows = rows;
  }

  /** The edge of a tree of this size from its partial tiles. Throws a `RangeError` when one is missing or too short. */
  static from(size: number, tiles: readonly Tile[]): TreeEdge {
    const rows: Buffer[][] = [];
    for (const { level, index, width } of partialTiles(size)) {
      const tile = tiles.find((one) => one.level === level && one.index === index);
      const hashes = tile === undefined ? [] : hashesOf(tile.hashes).slice(0, width);
      if (hashes.length !== width)
        throw new RangeError(`tile ${String(level)}/${String(index)} is not there`);
      rows[level] = hashes;
    }
    return new TreeEdge(
      size,
      Array.from(rows, (row) => row ?? []),
    );
  }

  /** The edge after these leaves, and every tile that has hashes it did not have. */
  append(leaves: readonly Buffer[]): { readonly edge: TreeEdge; readonly tiles: readonly Tile[] } {
    const rows = this.#rows.map((row) => [...row]);
    const tiles = new Map<string, Tile>();
    const fullTiles = new Map<number, number>();
    const put = (level: number, index: number, hashes: readonly Buffer[]): void =>
      void tiles.set(`${String(level)}/${String(index)}`, { level, index, hashes: Buffer.concat(hashes) });
    const push = (level: number, hash: Buffer): void => {
      const row = (rows[level] ??= []);
      row.push(hash);
      if (row.length < TILE_WIDTH) return;
      const index = fullTiles.get(level) ?? Math.floor(this.size / TILE_WIDTH ** (level + 1));
      put(level, index, row);
      fullTiles.set(level, index + 1);
      rows[level] = [];
      push(level + 1, perfectRoot(row));
    };
    for (const leaf of leaves) push(0, leaf);
    const edge = new TreeEdge(this.size + leaves.length, rows);
    for (const { level, index, width } of partialTiles(edge.size)) {
      const before = Math.floor(this.size / TILE_WIDTH ** level);
      if (before < index * TILE_WIDTH + width) put(level, index, rows[level] ?? []);
    }
    return { edge, tiles: [...tiles.values()] };
  }

  /** Roots of the whole subtrees from the left, which are as many as ones in the binary digits of the size. */
  subtrees(): Buffer[] {
    return [...this.#rows].reverse().flatMap(wholeSubtrees);
  }

  /** The tree's root. */
  root(): Buffer {
    const subtrees = this.subtrees();
    const last = subtrees.pop();
    if (last === undefined) return EMPTY_ROOT;
    return subtrees.reduceRight((right, left) => nodeHash(left, right), last);
  }
}

// From the left, as the binary digits of their number say.
function wholeSubtrees(hashes: readonly Buffer[]): Buffer[] {
  const roots: Buffer[] = [];
  let at = 0;
  for (let count = TILE_WIDTH / 2; count >= 1; count /= 2) {
    if ((hashes.length & count) === 0) continue;
    roots.push(perfectRoot(hashes.slice(at, at + count)));
    at += count;
  }
  return roots;
}

/** The subtree's root out of its tile. */
export function nodeOf(tile: Buffer, place: { readonly from: number; readonly count: number }): Buffer {
  const hashes = hashesOf(tile).slice(place.from, place.from + place.count);
  if (hashes.length !== place.count) throw new RangeError('the tile does not hold this subtree');
  return place.count === 1 ? nth(hashes, 0) : perfectRoot(hashes);
}
