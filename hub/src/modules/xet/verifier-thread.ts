// Runs in a thread: computes over the bytes of xorbs. It is given open descriptors and opens nothing by itself.
import { createHash, type Hash } from 'node:crypto';
import { type Sha256 } from '@holdfast/kernel/digest';
import { readDescriptor } from '@holdfast/platform/descriptor';
import { serveThread } from '@holdfast/platform/threads';
import { unpackChunks } from './format/unpack-chunks.ts';
import { verifyXorb } from './format/verify-xorb.ts';

/** Digests of files that are under way, by number. */
class Digests {
  readonly #begun = new Map<number, Hash>();

  begin(id: number): void {
    this.#begun.set(id, createHash('sha256'));
  }

  /** Throws where none was begun: a thread that died and was started again must not pass a file's end for the file. */
  get(id: number): Hash {
    const hash = this.#begun.get(id);
    if (hash === undefined) throw new Error('a digest was lost with its thread');
    return hash;
  }

  drop(id: number): void {
    this.#begun.delete(id);
  }
}

function workOf(digests: Digests) {
  return {
    verifyXorb({ fd, size }: { fd: number; size: number }) {
      const { hash, index } = verifyXorb((offset, into) => readDescriptor(fd, offset, into), size);
      return { hash, index: index.encode() };
    },

    beginDigest({ id }: { id: number }): void {
      digests.begin(id);
    },

    addToDigest({ id, fd, start, end }: { id: number; fd: number; start: number; end: number }): void {
      const hash = digests.get(id);
      const read = (offset: number, into: Uint8Array) => readDescriptor(fd, offset, into);
      for (const raw of unpackChunks(read, { start, end })) hash.update(raw);
    },

    finishDigest({ id }: { id: number }): Sha256 {
      return digests.get(id).digest('hex') as Sha256;
    },

    dropDigest({ id }: { id: number }): void {
      digests.drop(id);
    },
  };
}

/** What the thread answers. */
export type VerifierWork = ReturnType<typeof workOf>;

serveThread(workOf(new Digests()));
