// What an object store can do: keep bytes under the SHA-256 it computed itself, and give them back by range.
// Every implementation passes `platform/test/objects/contract.ts`.
import type { Sha256 } from '@holdfast/kernel/digest';

/** Bytes in the order they are to be stored. A Node `Readable` is one; it is not destroyed when a put is refused. */
export type ByteSource = AsyncIterable<Uint8Array>;

/** A part of an object, in bytes: from `start` up to, but without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What is known about bytes before they arrive. */
export interface PutOptions {
  /** The digest the sender announced. */
  readonly sha256?: Sha256 | undefined;
  /** The exact size the sender announced. */
  readonly size?: number | undefined;
  /** The most that will be accepted. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** What is stored. */
export interface StoredObject {
  readonly sha256: Sha256;
  readonly size: number;
}

/** One object in a listing. */
export interface ListedObject extends StoredObject {
  readonly storedAt: Date;
}

/** An object that is open for reading; it stays readable while it is open, even when it is removed meanwhile. */
export interface OpenObject extends AsyncDisposable {
  readonly sha256: Sha256;
  readonly size: number;
  /** A descriptor of a plain file with exactly these bytes, where there is one; it closes with this object. */
  readonly fd: number | undefined;
  /**
   * The bytes of a range, which must lie inside the object. Each piece is good until the next is asked for. Throws when
   * fewer are there than the size says.
   */
  read(range: ByteRange, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Fills `into` with the bytes from `start` on, which must all lie inside the object. Throws like `read`. */
  readInto(start: number, into: Uint8Array): Promise<void>;
}

/** An upload in parts that is to begin. Sizes are bytes. */
export interface PartsWish {
  readonly size: number;
  readonly partSize: number;
  /** What is begun beside it and has to fit with it. */
  readonly besides?: number;
}

/** An upload in parts. Its three values are all that its owner has to remember. */
export interface PartsUpload {
  readonly id: string;
  readonly size: number;
  /** Size of every part but the last. Parts are numbered from 1. */
  readonly partSize: number;
}

/** A part as the sender reports it. */
export interface ReceivedPart {
  readonly number: number;
  readonly etag: string;
}

/** What is known about a pack before it arrives. */
export interface StageOptions extends Pick<PutOptions, 'limit' | 'signal'> {
  /** The most that the sender said would come. */
  readonly announced?: number | undefined;
}

/** Bytes that are on the disk and have no name yet. Disposing them before they have one removes them. */
export interface StagedPack extends AsyncDisposable {
  readonly size: number;
  /**
   * A descriptor of a plain file with exactly these bytes, where there is one; it closes with the stage. It is to be read
   * at multiples of `PAGE`, into memory that begins at one.
   */
  readonly fd: number | undefined;
  /** Gives them the name under which a power cut does not lose them. An equal pack of that name may be there. */
  publish(name: Sha256): Promise<void>;
}

/**
 * Keeps packs: bytes that are named by somebody who has read them, because what they are is not told by a digest of them
 * alone. Bytes with the same name can stand for one another.
 */
export interface PackStore {
  /** Takes bytes in without a name. Throws what `ObjectStore.put` throws of sizes and space. */
  stage(source: ByteSource, options: StageOptions): Promise<StagedPack>;
  /** Opens a pack. Throws `object.missing`. */
  open(name: Sha256): Promise<Omit<OpenObject, 'sha256'>>;
  /**
   * Opens a pack to read all of it once, through its descriptor alone: at multiples of `PAGE`, into memory that begins at
   * one. The system keeps nothing of it where it can help it. Throws `object.missing`.
   */
  openAligned(name: Sha256): Promise<Omit<OpenObject, 'sha256'>>;
  /** Removes a pack; `false` when it was not there. */
  remove(name: Sha256): Promise<boolean>;
  /** All packs, ordered by name, or those behind a name. */
  list(after?: Sha256): AsyncIterable<ListedObject>;
}

/** Keeps immutable objects. All refusals are faults from `faults.ts`. */
export interface ObjectStore extends AsyncDisposable {
  readonly packs: PackStore;

  /**
   * Stores the bytes; once it resolves a power cut does not lose them. On a refusal nothing is left.
   * Throws `object.digest-mismatch`, `object.size-mismatch`, `object.too-large`, `object.store-full`, the reason of
   * the signal, or what the source throws.
   */
  put(source: ByteSource, options: PutOptions): Promise<StoredObject>;
  /** Opens an object. Throws `object.missing`. */
  open(sha256: Sha256): Promise<OpenObject>;
  has(sha256: Sha256): Promise<boolean>;
  /** Removes an object; `false` when it was not there. */
  remove(sha256: Sha256): Promise<boolean>;
  /** All objects, ordered by digest, or those behind a digest. */
  list(after?: Sha256): AsyncIterable<ListedObject>;

  /** Starts an upload in parts. Throws `object.store-full`. */
  beginParts(wish: PartsWish): Promise<PartsUpload>;
  /**
   * Stores one part, in any order, again if need be; it must have exactly its size.
   * Throws `parts.missing`, `parts.busy`, `parts.number` and what `put` throws.
   */
  putPart(upload: PartsUpload, part: PartSource): Promise<{ readonly etag: string }>;
  /**
   * Makes the object of all its parts. May be repeated until `abortParts`.
   * Throws `parts.missing`, `parts.busy`, `parts.incomplete`, or `object.digest-mismatch`, after which the upload is
   * gone.
   */
  completeParts(upload: PartsUpload, wish: PartsCompletion): Promise<StoredObject>;
  /** Forgets an upload and its bytes, but not the object made of it. */
  abortParts(upload: Pick<PartsUpload, 'id'>): Promise<void>;
  /** Whether somebody is sending a part of an upload, has just sent one, or is completing it. */
  areLiveParts(upload: Pick<PartsUpload, 'id'>): Promise<boolean>;
  /** Removes what uploads left behind that nobody touched since then; returns how many. */
  sweep(before: Date): Promise<number>;
}

/** The bytes of one part. */
export interface PartSource {
  readonly number: number;
  readonly source: ByteSource;
  readonly signal?: AbortSignal | undefined;
}

/** What the sender says an upload consists of. */
export interface PartsCompletion {
  readonly parts: readonly ReceivedPart[];
  readonly sha256: Sha256;
  readonly signal?: AbortSignal | undefined;
}
