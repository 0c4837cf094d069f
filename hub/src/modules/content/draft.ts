// A commit while its request arrives: operations checked one by one, contents named by their git id and put aside.
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { Spool, type SpooledBytes, type SpoolPlace } from '@holdfast/platform/spool';
import {
  encodeBlobId,
  hashBlob,
  parsePath,
  parsePointer,
  type LfsPointer,
  quoted,
  type RepoPath,
} from '#modules/git';
import { type LeakSearch } from '#modules/leaks';
import { fileTooLarge, tooManyOperations } from './faults.ts';

/** A content in the pieces it came in. */
export type Spooled = readonly SpooledBytes[];

/** What a commit does to one path. */
export type Operation =
  /** A file whose content came with the commit; `pointer` when that content is an LFS pointer. */
  | {
      readonly kind: 'file';
      readonly path: RepoPath;
      readonly oid: Sha1;
      readonly size: number;
      readonly content: Spooled;
      readonly pointer: LfsPointer | undefined;
    }
  /** A file whose content is an object of this repository. `size` as the client states it, if it does. */
  | {
      readonly kind: 'lfs';
      readonly path: RepoPath;
      readonly sha256: Sha256;
      readonly size: number | undefined;
    }
  /** A file that is there already under another path. */
  | { readonly kind: 'copy'; readonly path: RepoPath; readonly from: RepoPath }
  | { readonly kind: 'delete'; readonly path: RepoPath; readonly what: 'file' | 'folder' | 'entry' };

/** What a draft may hold. Bytes and counts. */
export interface DraftLimits {
  readonly regularFile: number;
  readonly commitOperations: number;
}

/** Collects the operations of one commit. */
export class Draft implements AsyncDisposable {
  readonly #spool: Spool;
  readonly #limits: DraftLimits;
  readonly #leaks: LeakSearch;
  readonly #operations: Operation[] = [];
  #size = 0;

  constructor(spool: SpoolPlace, limits: DraftLimits, leaks: LeakSearch) {
    this.#spool = new Spool(spool);
    this.#limits = limits;
    this.#leaks = leaks;
  }

  /** The operations so far, in the order they came in. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** Where parts of the request that are no content of a file may wait. */
  get spool(): Spool {
    return this.#spool;
  }

  /** Bytes of contents so far. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a file with its content, in pieces whose memory may be used again. Throws a fault of the path,
   * `commit.file-too-large`, `leak.token-in-text`.
   */
  async addFile(path: string, content: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const parsed = parsePath(path);
    const pieces: SpooledBytes[] = [];
    let size = 0;
    let only: { oid: Sha1; pointer: LfsPointer | undefined } | undefined;
    for await (const piece of content) {
      size += piece.length;
      if (size > this.#limits.regularFile) throw fileTooLarge(path, this.#limits.regularFile);
      only = pieces.length > 0 ? undefined : { oid: encodeBlobId(piece), pointer: parsePointer(piece) };
      await this.#leaks.add(quoted(path), piece);
      pieces.push(await this.#spool.append(piece));
    }
    this.#size += size;
    const oid = only?.oid ?? (await hashBlob(size, this.#piecesOf(pieces)));
    this.#add({ kind: 'file', path: parsed, oid, size, content: pieces, pointer: only?.pointer });
  }

  /** Adds a file whose content was uploaded before. Throws a fault of the path. */
  addLfsFile(path: string, sha256: Sha256, size: number | undefined): void {
    this.#add({ kind: 'lfs', path: parsePath(path), sha256, size });
  }

  /** Adds a file that stands elsewhere in the repository. Throws a fault of either path. */
  addCopy(path: string, from: string): void {
    this.#add({ kind: 'copy', path: parsePath(path), from: parsePath(from) });
  }

  /** Removes what is there; folders may be written with a slash at the end. Throws a fault of the path. */
  addDeletion(path: string, what: 'file' | 'folder' | 'entry'): void {
    const bare = what !== 'file' && path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    this.#add({ kind: 'delete', path: parsePath(bare), what });
  }

  /** Checks that neither contents nor message hold a token. Throws `leak.token-in-text`. */
  async requireNoToken(message: string): Promise<void> {
    await this.#leaks.add('The message', Buffer.from(message));
    await this.#leaks.finish();
  }

  /** The content of a file of this draft, whole; in `into` where that is given and long enough. */
  async read(content: Spooled, into?: Buffer): Promise<Buffer> {
    const size = content.reduce((sum, piece) => sum + piece.length, 0);
    const bytes =
      into !== undefined && into.length >= size ? into.subarray(0, size) : Buffer.allocUnsafe(size);
    let at = 0;
    for (const piece of content) at += (await this.#spool.read(piece, bytes.subarray(at))).length;
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spool[Symbol.asyncDispose]();
  }

  async *#piecesOf(content: Spooled): AsyncGenerator<Buffer> {
    const buffer = Buffer.allocUnsafe(Math.max(0, ...content.map((piece) => piece.length)));
    for (const piece of content) yield await this.#spool.read(piece, buffer);
  }

  #add(operation: Operation): void {
    if (this.#operations.length >= this.#limits.commitOperations)
      throw tooManyOperations(this.#limits.commitOperations);
    this.#operations.push(operation);
  }
}
