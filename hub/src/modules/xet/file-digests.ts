// Computes the SHA-256 of files from their packed chunks: a large file in many questions to its thread, a thousand small
// ones in one.
import { type Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import { type XetHash } from './format/xet-hash.ts';
import { type Terms } from './terms.ts';
import { type DigestedPart, type DigestThread, type Verifier } from './verifier.ts';
import { type OpenXorb } from './xorb-indexes.ts';

/** What it needs. */
export interface FileDigestsDeps {
  readonly verifier: Verifier;
  readonly open: (xorb: XetHash) => Promise<OpenXorb>;
  readonly signal: AbortSignal;
}

/** One question: so much that asking costs little, and so little that others get their turn. */
const MOST_BYTES = 32 * MiB;
const MOST_PARTS = 512;
const MOST_CHUNKS = 16_384;
const MOST_OPEN = 64;

/** The digests of files. Dispose it. */
export class FileDigests implements AsyncDisposable {
  readonly #deps: FileDigestsDeps;
  readonly #open = new Map<XetHash, OpenXorb>();
  #thread: DigestThread | undefined;
  #parts: DigestedPart[] = [];
  #bytes = 0;
  #chunks = 0;
  #found: Sha256[] = [];

  constructor(deps: FileDigestsDeps) {
    this.#deps = deps;
  }

  /** The digest of each file, in order. Throws the reason of the signal, and when a xorb is not there any more. */
  async of(files: readonly Terms[]): Promise<readonly Sha256[]> {
    this.#found = [];
    for (const terms of files) {
      if (terms.count === 0) this.#parts.push({ fd: -1, start: 0, end: 0, last: true });
      for (let number = 0; number < terms.count; number += 1) await this.#add(terms, number);
    }
    await this.#ask();
    return this.#found;
  }

  async #add(terms: Terms, number: number): Promise<void> {
    const { xorb, start, end, rawLength } = terms.at(number);
    const found = this.#open.get(xorb) ?? (await this.#deps.open(xorb));
    this.#open.set(xorb, found);
    const { index, opened } = found;
    if (opened.fd === undefined) throw new Error('xorbs need a store of plain files');
    this.#parts.push({ fd: opened.fd, ...index.packedRange(start, end), last: number === terms.count - 1 });
    this.#bytes += rawLength;
    this.#chunks += end - start;
    const large = this.#bytes >= MOST_BYTES || this.#chunks >= MOST_CHUNKS;
    if (large || this.#parts.length >= MOST_PARTS || this.#open.size >= MOST_OPEN) await this.#ask();
  }

  async #ask(): Promise<void> {
    this.#deps.signal.throwIfAborted();
    if (this.#parts.length === 0) return;
    this.#thread ??= await this.#deps.verifier.beginDigests();
    this.#found.push(...(await this.#thread.add(this.#parts)));
    this.#parts = [];
    this.#bytes = 0;
    this.#chunks = 0;
    await this.#close();
  }

  async #close(): Promise<void> {
    for (const { opened } of this.#open.values()) await opened[Symbol.asyncDispose]();
    this.#open.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.#thread?.[Symbol.asyncDispose]();
  }
}
