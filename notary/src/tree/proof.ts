// Proofs of RFC 6962: that a leaf is in a tree, and that a tree continues another. Making them reads nodes; checking
// them needs nothing but the proof.
import { EMPTY_ROOT, nodeHash, nth } from './hash.ts';

/** Gives the root of the subtree of 2^level leaves at this place. */
export type NodeReader = (level: number, index: number) => Promise<Buffer>;

/** The root of the tree's first `size` leaves. */
export async function rootAt(size: number, read: NodeReader): Promise<Buffer> {
  return size === 0 ? EMPTY_ROOT : await rangeHash({ from: 0, to: size }, read);
}

/** The hashes that lead from a leaf to the root of the first `size` leaves, the lowest first. */
export async function inclusionProof(index: number, size: number, read: NodeReader): Promise<Buffer[]> {
  if (index < 0 || index >= size) throw new RangeError('the leaf is not in that tree');
  const path: Buffer[] = [];
  let range: Range = { from: 0, to: size };
  while (range.to - range.from > 1) {
    const middle = split(range);
    const [inside, beside] =
      index < middle
        ? [
            { ...range, to: middle },
            { ...range, from: middle },
          ]
        : [
            { ...range, from: middle },
            { ...range, to: middle },
          ];
    path.unshift(await rangeHash(beside, read));
    range = inside;
  }
  return path;
}

/** The hashes that show that the first `size` leaves begin with the first `older` ones. */
export async function consistencyProof(older: number, size: number, read: NodeReader): Promise<Buffer[]> {
  if (older < 0 || older > size) throw new RangeError('the older tree is not the smaller one');
  if (older === 0 || older === size) return [];
  const proof: Buffer[] = [];
  let range: Range = { from: 0, to: size };
  // Whether what is left of the older tree is the whole of the older tree, whose root the verifier knows.
  let isKnown = true;
  while (range.to !== older) {
    const middle = split(range);
    if (older <= middle) {
      proof.unshift(await rangeHash({ ...range, from: middle }, read));
      range = { ...range, to: middle };
    } else {
      proof.unshift(await rangeHash({ ...range, to: middle }, read));
      range = { ...range, from: middle };
      isKnown = false;
    }
  }
  if (!isKnown) proof.unshift(await rangeHash(range, read));
  return proof;
}

/** What a proof of inclusion claims. */
export interface Inclusion {
  readonly index: number;
  readonly size: number;
  readonly leaf: Buffer;
  readonly path: readonly Buffer[];
}

/** The root that the proof leads to (RFC 9162, 2.1.3.2); `undefined` when it has too few or too many hashes. */
export function rootOfInclusion({ index, size, leaf, path }: Inclusion): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  let [at, last, root] = [index, size - 1, leaf];
  for (const beside of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      root = nodeHash(beside, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else root = nodeHash(root, beside);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 ? root : undefined;
}

/** What a proof of consistency claims. */
export interface Consistency {
  readonly older: { readonly size: number; readonly root: Buffer };
  readonly newer: { readonly size: number; readonly root: Buffer };
  readonly path: readonly Buffer[];
}

/** Whether the newer tree begins with all leaves of the older one (RFC 9162, 2.1.4.2). */
export function isConsistent({ older, newer, path }: Consistency): boolean {
  if (older.size === newer.size) return path.length === 0 && older.root.equals(newer.root);
  if (older.size === 0) return path.length === 0 && older.root.equals(EMPTY_ROOT);
  if (older.size > newer.size || path.length === 0) return false;
  const isPower = Number.isInteger(Math.log2(older.size)) && 2 ** Math.log2(older.size) === older.size;
  const steps = isPower ? [older.root, ...path] : [...path];
  let [at, last] = [older.size - 1, newer.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [olderRoot, newerRoot] = [nth(steps, 0), nth(steps, 0)];
  for (const beside of steps.slice(1)) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      olderRoot = nodeHash(beside, olderRoot);
      newerRoot = nodeHash(beside, newerRoot);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else newerRoot = nodeHash(newerRoot, beside);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && olderRoot.equals(older.root) && newerRoot.equals(newer.root);
}

/** Leaves from `from` up to and without `to`. */
interface Range {
  readonly from: number;
  readonly to: number;
}

async function rangeHash(range: Range, read: NodeReader): Promise<Buffer> {
  const level = Math.round(Math.log2(range.to - range.from));
  if (2 ** level === range.to - range.from) return await read(level, range.from / 2 ** level);
  const middle = split(range);
  const left = await rangeHash({ ...range, to: middle }, read);
  return nodeHash(left, await rangeHash({ ...range, from: middle }, read));
}

// The left side is the largest whole subtree that leaves something to the right.
function split({ from, to }: Range): number {
  let width = 1;
  while (width * 2 < to - from) width *= 2;
  return from + width;
}

function half(n: number): number {
  return Math.floor(n / 2);
}
