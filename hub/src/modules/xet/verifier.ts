// What must be computed over many bytes, in threads: whether a xorb is what it claims, and the SHA-256 of a file.
import { type Sha256 } from '@holdfast/kernel/digest';
import { Threads, type PinnedThread } from '@holdfast/platform/threads';
import { XorbIndex } from './format/xorb-index.ts';
import { type XetHash } from './format/xet-hash.ts';
// Not even loaded: the file runs in its thread only.
import type { VerifierWork } from './verifier-thread.ts';

/** Packed chunks, one after the other, in an open file. */
export interface PackedRange {
  readonly fd: number;
  readonly start: number;
  readonly end: number;
}

/** What a xorb was found to be. */
export interface VerifiedXorb {
  readonly hash: XetHash;
  readonly index: XorbIndex;
}

/** Computes the SHA-256 of a file from its packed parts, given in order. */
export class FileDigest implements AsyncDisposable {
  readonly #thread: PinnedThread<VerifierWork>;
  readonly #id: number;

  constructor(thread: PinnedThread<VerifierWork>, id: number) {
    this.#thread = thread;
    this.#id = id;
  }

  /** Adds chunks, unpacked. Throws when they cannot be unpacked any more. */
  async add(range: PackedRange): Promise<void> {
    await this.#thread.ask('addToDigest', { ...range, id: this.#id });
  }

  async finish(): Promise<Sha256> {
    return await this.#thread.ask('finishDigest', { id: this.#id });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.ask('dropDigest', { id: this.#id }).catch(() => undefined); // the thread itself is gone
  }
}

/** Asks the threads. */
export class Verifier implements AsyncDisposable {
  readonly #threads = new Threads<VerifierWork>({ file: new URL('verifier-thread.ts', import.meta.url) });
  #next = 0;

  /** Reads a stored xorb from end to end. Throws `xet.xorb-invalid`. */
  async verifyXorb(stored: { readonly fd: number; readonly size: number }): Promise<VerifiedXorb> {
    const { hash, index } = await this.#threads.ask('verifyXorb', stored);
    return { hash, index: XorbIndex.decode(index) };
  }

  /** Begins the digest of a file; dispose it. */
  async beginDigest(): Promise<FileDigest> {
    const thread = this.#threads.pin();
    const id = (this.#next += 1);
    await thread.ask('beginDigest', { id });
    return new FileDigest(thread, id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#threads[Symbol.asyncDispose]();
  }
}
