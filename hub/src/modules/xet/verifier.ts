// What must be computed over many bytes, in threads: whether a xorb is what it claims, and the SHA-256 of a file.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type SharedWork, type Threads } from '@holdfast/platform/threads';
import { XorbIndex } from './format/xorb-index.ts';
import { type XetHash } from './format/xet-hash.ts';
// Loaded here for its compiled code alone, which threads then find.
import { type VerifierWork } from './verifier-work.ts';

/** Packed chunks, one after the other, in an open file; `last` where a file ends with them. */
export interface DigestedPart {
  readonly fd: number;
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

/** What a xorb was found to be. */
export interface VerifiedXorb {
  readonly hash: XetHash;
  readonly index: XorbIndex;
}

/** A thread that digests files one after the other. */
export interface DigestThread extends AsyncDisposable {
  /** Adds parts; gives the digests of the files that end with them. Throws when they cannot be unpacked any more. */
  add(parts: readonly DigestedPart[]): Promise<readonly Sha256[]>;
}

/** Asks the threads. */
export class Verifier {
  readonly #work: SharedWork<VerifierWork>;
  #next = 0;

  constructor(threads: Threads) {
    this.#work = threads.workOf(new URL('verifier-work.ts', import.meta.url));
  }

  /** Reads a stored xorb from end to end. Throws `xet.xorb-invalid`. */
  async verifyXorb(stored: { readonly fd: number; readonly size: number }): Promise<VerifiedXorb> {
    const { hash, index } = await this.#work.ask('verifyXorb', stored);
    return { hash, index: XorbIndex.decode(index) };
  }

  /** Begins to digest files; dispose it. */
  async beginDigests(): Promise<DigestThread> {
    const thread = this.#work.pin();
    const id = (this.#next += 1);
    await thread.ask('beginDigests', { id });
    return {
      add: async (parts) => await thread.ask('addToDigests', { id, parts }),
      async [Symbol.asyncDispose]() {
        await thread.ask('dropDigests', { id }).catch(() => undefined); // the thread itself is gone
      },
    };
  }
}
