// Decrypts so that what comes out can be overwritten, all of it. The platform deciphers into memory that is a little too large, copies
// what is in it, and gives it back as it is: a value would lie there until somebody else writes over it. In pieces, no more than a piece
// of it does. Pure.
import { type DecipherGCM } from 'node:crypto';

/** Bytes. What is given back is written over for as much by whoever keeps account of it. */
const PIECE = 16;

/** All that a decipher makes of these bytes. Throws an `Error` when they are not authentic; then nothing is left of it. */
export function decipherBytes(decipher: DecipherGCM, sealed: Uint8Array): Buffer {
  // Buffers of a few bytes lie in JavaScript's own heap, unless they are made of this.
  const out = Buffer.from(new ArrayBuffer(sealed.length));
  try {
    for (let at = 0; at < sealed.length; at += PIECE) {
      const piece = decipher.update(sealed.subarray(at, at + PIECE));
      piece.copy(out, at);
      piece.fill(0);
    }
    decipher.final();
    return out;
  } catch (error) {
    out.fill(0);
    throw error;
  }
}
