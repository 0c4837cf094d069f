// Work in a thread: computes over the bytes of xorbs. It is given open descriptors and opens nothing by itself.
import { createHash } from 'node:crypto';
import { type Sha256 } from '@holdfast/kernel/digest';
import { readDescriptor } from '@holdfast/platform/descriptor';
import { ChunkSpace } from './format/packed-chunks.ts';
import { unpackChunks } from './format/unpack-chunks.ts';
import { verifyXorb } from './format/verify-xorb.ts';
import type { DigestedPart } from './verifier.ts';

// The work of a thread is synchronous, so that one is enough for all of it.
const space = new ChunkSpace();

/** Files that are digested one after the other. */
class Series {
  #hash = createHash('sha256');

  /** Adds parts; gives the digests of the files that end with them. */
  add(parts: readonly DigestedPart[]): Sha256[] {
    const found: Sha256[] = [];
    for (const { fd, start, end, last } of parts) {
      const read = (offset: number, into: Uint8Array) => readDescriptor(fd, offset, into);
      for (const raw of unpackChunks(read, { start, end }, space)) this.#hash.update(raw);
      if (!last) continue;
      found.push(this.#hash.digest('hex') as Sha256);
      this.#hash = createHash('sha256');
    }
    return found;
  }
}

function workOf(begun: Map<number, Series>) {
  return {
    verifyXorb({ fd, size }: { fd: number; size: number }) {
      const { hash, index } = verifyXorb((offset, into) => readDescriptor(fd, offset, into), size, space);
      return { hash, index: index.encode() };
    },

    beginDigests({ id }: { id: number }): void {
      begun.set(id, new Series());
    },

    addToDigests({ id, parts }: { id: number; parts: readonly DigestedPart[] }): Sha256[] {
      const series = begun.get(id);
      // A thread that died and was started again must not pass a file's end for the file.
      if (series === undefined) throw new Error('a digest was lost with its thread');
      return series.add(parts);
    },

    dropDigests({ id }: { id: number }): void {
      begun.delete(id);
    },
  };
}

/** What can be asked. */
export const work = workOf(new Map());

/** Its type. */
export type VerifierWork = typeof work;
