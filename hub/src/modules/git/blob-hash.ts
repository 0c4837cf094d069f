// The id of a blob that is not held whole.
import { createHash } from 'node:crypto';
import { type Sha1 } from '@holdfast/kernel/digest';
import { objectHeader } from './object.ts';

/** The object id of a file of `size` bytes that come in pieces. Throws a `TypeError` when they are not that many. */
export async function hashBlob(size: number, pieces: AsyncIterable<Uint8Array>): Promise<Sha1> {
  const hash = createHash('sha1').update(objectHeader('blob', size));
  let length = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    length += piece.length;
  }
  if (length !== size) throw new TypeError('a blob does not have the size it was said to have');
  return hash.digest('hex') as Sha1;
}
