// xxHash32 with seed 0, the checksum inside LZ4 frames. Against accidents only: anyone can make it fit.
const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

/** The checksum as an unsigned number of 32 bits. */
export function xxHash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  let at = length & ~15;
  let hash = (length < 16 ? PRIME_5 : hashStripes(view, at)) + length;
  for (; at + 4 <= length; at += 4) {
    hash = (hash + Math.imul(view.getUint32(at, true), PRIME_3)) | 0;
    hash = Math.imul(rotate(hash, 17), PRIME_4);
  }
  for (; at < length; at += 1) {
    hash = (hash + Math.imul(view.getUint8(at), PRIME_5)) | 0;
    hash = Math.imul(rotate(hash, 11), PRIME_1);
  }
  return mix(hash);
}

/** The four lanes over the stripes of 16 bytes before `end`, as one number. */
function hashStripes(view: DataView, end: number): number {
  let [one, two, three, four] = [PRIME_1 + PRIME_2, PRIME_2, 0, -PRIME_1];
  for (let at = 0; at < end; at += 16) {
    one = addLane(one, view.getUint32(at, true));
    two = addLane(two, view.getUint32(at + 4, true));
    three = addLane(three, view.getUint32(at + 8, true));
    four = addLane(four, view.getUint32(at + 12, true));
  }
  return rotate(one, 1) + rotate(two, 7) + rotate(three, 12) + rotate(four, 18);
}

function addLane(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function mix(last: number): number {
  let hash = last ^ (last >>> 15);
  hash = Math.imul(hash, PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
