// The Merkle tree over chunks, whose root names a xorb and, salted, a file. Nodes are grouped from left to right; where
// a group ends depends on its own nodes alone, so the tree is built as the chunks come, with one open group per level.
import { HASH_BYTES, KeyedBlake3, NODE_KEY } from './blake3.ts';

/** A group ends with a node that is divisible by this, once it has three nodes. */
const NATURAL_CUT = 4;
const FEWEST_BEFORE_CUT = 3;
const MOST_IN_GROUP = 9;
/** The last of the four numbers in a hash begins here; its lowest byte tells whether it is divisible by four. */
const CUT_BYTE = 24;

const nodeHasher = new KeyedBlake3(NODE_KEY);
const fileHasher = new KeyedBlake3(new Uint8Array(HASH_BYTES));

/** Takes the chunks in order and gives the root. Holds a few hundred bytes per level, whatever the number of chunks. */
export class MerkleTree {
  readonly #levels: Level[] = [];

  /** Adds the next chunk: its 32 bytes of hash and its length in the file. */
  add(hash: Uint8Array, length: number): void {
    this.#addAt(0, hash, length);
  }

  /** The root over all that was added: 32 zero bytes over nothing, the chunk's own hash over one. Ends the tree. */
  root(): Buffer {
    for (let depth = 0; ; depth += 1) {
      const level = this.#levels[depth];
      if (level === undefined) return Buffer.alloc(HASH_BYTES);
      if (level.count === 1) return level.first;
      // A group that holds but one node is hashed again like any other, unless it is alone on its level.
      if (level.nodes > 0) this.#closeGroup(depth, level);
    }
  }

  #addAt(depth: number, hash: Uint8Array, length: number): void {
    const level = (this.#levels[depth] ??= new Level());
    level.add(hash, length);
    const natural = level.nodes >= FEWEST_BEFORE_CUT && (hash[CUT_BYTE] ?? 0) % NATURAL_CUT === 0;
    if (natural || level.nodes === MOST_IN_GROUP) this.#closeGroup(depth, level);
  }

  #closeGroup(depth: number, level: Level): void {
    const { length } = level;
    this.#addAt(depth + 1, level.closeGroup(), length);
  }
}

/** The hash that names a file, from the root over its chunks. The empty file is named by 32 zero bytes. */
export function fileHashOf(root: Uint8Array): Buffer {
  return root.every((byte) => byte === 0) ? Buffer.alloc(HASH_BYTES) : fileHasher.digest(root);
}

/** One level of the tree: its open group, as the text that will be hashed. */
class Level {
  /** Nodes on this level so far. */
  count = 0;
  /** Nodes in the open group. */
  nodes = 0;
  /** Bytes of the file under the open group. */
  length = 0;
  /** The first node of the level, which is the root when it stays alone. */
  readonly first: Buffer = Buffer.alloc(HASH_BYTES);
  #text = '';

  add(hash: Uint8Array, length: number): void {
    if (this.count === 0) this.first.set(hash);
    this.count += 1;
    this.nodes += 1;
    this.length += length;
    this.#text += `${Buffer.from(hash).swap64().toString('hex')} : ${length}\n`;
  }

  closeGroup(): Buffer {
    const hash = nodeHasher.digest(Buffer.from(this.#text, 'latin1'));
    this.nodes = 0;
    this.length = 0;
    this.#text = '';
    return hash;
  }
}
