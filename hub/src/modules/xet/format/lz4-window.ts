// What an LZ4 frame is unpacked into, and the two ways in which bytes get there.

/** Bytes with the view that moves eight of them at once. */
export class Span {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Up to here eight bytes can be moved at once. */
  readonly lastWord: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.lastWord = bytes.length - WORD;
  }
}

const WORD = 8;
/** Most copies are short. Moving them in words, the last of which may reach beyond the end, is the fastest way. */
const MANY_WORDS = 128;
/** Where words cannot be moved: below this a loop is faster than a call. */
const FEW_BYTES = 32;

/**
 * The bytes unpacked so far. The caller has checked every position and length: nothing here may be reached with one
 * from the wire. Bytes between `at` and the end may hold anything.
 */
export class Lz4Window extends Span {
  /** Where the next byte goes. */
  at = 0;

  /** Appends bytes of the block. */
  append(source: Span, start: number, length: number): void {
    const end = this.at + length;
    let [from, to] = [start, this.at];
    this.at = end;
    if (length <= MANY_WORDS && start + length <= source.lastWord && end <= this.lastWord) {
      for (; to < end; to += WORD, from += WORD)
        this.view.setBigUint64(to, source.view.getBigUint64(from, true), true);
    } else if (length < FEW_BYTES) {
      for (; to < end; to += 1, from += 1) this.bytes[to] = source.bytes[from] ?? 0;
    } else this.bytes.set(source.bytes.subarray(start, start + length), to);
  }

  /** Appends what stands `distance` before the end; where that is less than `length`, it goes on with what it wrote. */
  repeat(distance: number, length: number): void {
    const end = this.at + length;
    let [from, to] = [this.at - distance, this.at];
    this.at = end;
    if (length <= MANY_WORDS && distance >= WORD && end <= this.lastWord) {
      for (; to < end; to += WORD, from += WORD)
        this.view.setBigUint64(to, this.view.getBigUint64(from, true), true);
    } else if (length < FEW_BYTES) {
      for (; to < end; to += 1, from += 1) this.bytes[to] = this.bytes[from] ?? 0;
    } else {
      // Each round copies all that is there of the pattern, which doubles it.
      for (let step = distance; to < end; to += step, step += step)
        this.bytes.copyWithin(to, from, Math.min(from + step, from + end - to));
    }
  }
}
