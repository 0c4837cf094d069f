// A commit while its request arrives: operations checked one by one, contents named by their git id and put aside.
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { Spool, type SpooledBytes, type SpoolRoom } from '@holdfast/platform/spool';
import {
  encodeBlobId,
  MAX_POINTER_BYTES,
  parsePath,
  parsePointer,
  type LfsPointer,
  type RepoPath,
} from '#modules/git';
import { fileTooLarge, tooManyOperations } from './faults.ts';

/** What a commit does to one path. */
export type Operation =
  /** A file whose content came with the commit; `pointer` when that content is an LFS pointer. */
  | {
      readonly kind: 'file';
      readonly path: RepoPath;
      readonly oid: Sha1;
      readonly content: SpooledBytes;
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
  readonly #operations: Operation[] = [];

  constructor(spool: { folder: string; room: SpoolRoom }, limits: DraftLimits) {
    this.#spool = new Spool(spool.folder, spool.room);
    this.#limits = limits;
  }

  /** The operations so far, in the order they came in. */
  get operations(): readonly Operation[] {
    return this.#operations;
  }

  /** Adds a file with its content, which the caller gives away. Throws a fault of the path, `commit.file-too-large`. */
  async addFile(path: string, content: Buffer): Promise<void> {
    const parsed = parsePath(path);
    if (content.length > this.#limits.regularFile) throw fileTooLarge(path, this.#limits.regularFile);
    this.#add({
      kind: 'file',
      path: parsed,
      oid: encodeBlobId(content),
      content: await this.#spool.append(content),
      pointer: content.length < MAX_POINTER_BYTES ? parsePointer(content) : undefined,
    });
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

  /** The content of a file of this draft. */
  async read(content: SpooledBytes): Promise<Buffer> {
    return await this.#spool.read(content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#spool[Symbol.asyncDispose]();
  }

  #add(operation: Operation): void {
    if (this.#operations.length >= this.#limits.commitOperations)
      throw tooManyOperations(this.#limits.commitOperations);
    this.#operations.push(operation);
  }
}
