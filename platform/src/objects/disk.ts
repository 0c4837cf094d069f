// The object store on a local (or shared) disk.
// Invariants: an object appears under its digest only after its bytes are synced, and is reported only after its
// directory is; bytes on their way in never lie where an object could be; no symbolic link is followed to a file.
import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, opendir, realpath, rm } from 'node:fs/promises';
import { type Sha256 } from '@holdfast/kernel/digest';
import type { BufferPool } from '../buffer-pool.ts';
import { DiskPacks } from './disk-packs.ts';
import { DiskParts } from './disk-parts.ts';
import { DurableDirectories, syncDirectory } from './durable.ts';
import { digestMismatch } from './faults.ts';
import { FreeSpace, measureSpace, type PromisedSpace, type Reserve, withoutSpace } from './free-space.ts';
import { listBelow } from './listing.ts';
import { below, isErrorCode, objectPath, openNew } from './paths.ts';
import { receive, SPACE_CHECK_BYTES } from './receive.ts';
import { openStored, removeStored } from './stored-files.ts';
import type {
  ByteSource,
  ListedObject,
  ObjectStore,
  OpenObject,
  PartSource,
  PartsCompletion,
  PartsUpload,
  PartsWish,
  PutOptions,
  StoredObject,
} from './store.ts';
import { sweepDirectory } from './sweep.ts';

/** How to open a disk store. */
export interface DiskStoreOptions {
  /** Absolute path of the store; made when it is not there. Several hubs may share it. */
  readonly root: string;
  /** Name of this hub among those that share the root, in letters, digits and dashes. */
  readonly instance: string;
  readonly buffers: BufferPool;
  /** What to keep free, when not 2 GiB or 5 %. */
  readonly reserve?: Reserve | undefined;
  /** Replaces the operating system's answer about free space. */
  readonly space?: FreeSpace | undefined;
}

/** Objects as files. Open it with `openDiskStore`. */
export class DiskObjectStore implements ObjectStore {
  readonly #root: string;
  readonly #incoming: string;
  readonly #buffers: BufferPool;
  readonly #space: FreeSpace;
  readonly #directories = new DurableDirectories();
  readonly #parts: DiskParts;
  readonly packs: DiskPacks;

  constructor(options: DiskStoreOptions) {
    this.#root = options.root;
    this.#incoming = below(options.root, 'incoming', options.instance);
    this.#buffers = options.buffers;
    this.#space =
      options.space ?? new FreeSpace({ measure: () => measureSpace(options.root), reserve: options.reserve });
    const shared = {
      root: options.root,
      buffers: options.buffers,
      space: this.#space,
      directories: this.#directories,
    };
    this.#parts = new DiskParts({ ...shared, instance: options.instance });
    this.packs = new DiskPacks({ ...shared, incoming: this.#incoming });
  }

  /** Makes the directories, and removes what a crash of this hub left behind. */
  async prepare(): Promise<void> {
    await rm(this.#incoming, { recursive: true, force: true });
    for (const path of [
      this.#incoming,
      ...['sha256', 'packs', 'parts'].map((name) => below(this.#root, name)),
    ]) {
      await mkdir(path, { recursive: true, mode: 0o700 });
    }
    await syncDirectory(this.#root);
    await this.#parts.releaseMarkers();
  }

  async put(source: ByteSource, options: PutOptions): Promise<StoredObject> {
    options.signal?.throwIfAborted();
    using promised = await this.#space.promise(options.size ?? Math.min(options.limit, SPACE_CHECK_BYTES));
    const temporary = below(this.#incoming, randomBytes(16).toString('hex'));
    try {
      const stored = await this.#write(temporary, source, { ...options, promised });
      await this.#directories.publish(this.#root, temporary, objectPath(this.#root, stored.sha256));
      return stored;
    } catch (error) {
      await rm(temporary, { force: true });
      throw withoutSpace(error);
    }
  }

  async #write(
    temporary: string,
    source: ByteSource,
    options: PutOptions & { readonly promised: PromisedSpace },
  ): Promise<StoredObject> {
    const hash = createHash('sha256');
    await using file = await openNew(temporary);
    const size = await receive(source, {
      file,
      offset: 0,
      hashes: [hash],
      size: options.size,
      limit: options.limit,
      signal: options.signal,
      buffers: this.#buffers,
      space: this.#space,
      promised: options.promised,
    });
    const sha256 = hash.digest('hex') as Sha256;
    if (options.sha256 !== undefined && options.sha256 !== sha256) {
      throw digestMismatch(options.sha256, sha256);
    }
    await file.datasync();
    options.signal?.throwIfAborted();
    return { sha256, size };
  }

  async open(sha256: Sha256): Promise<OpenObject> {
    return await openStored(objectPath(this.#root, sha256), sha256);
  }

  async has(sha256: Sha256): Promise<boolean> {
    try {
      return (await lstat(objectPath(this.#root, sha256))).isFile();
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return false;
      throw error;
    }
  }

  async remove(sha256: Sha256): Promise<boolean> {
    return await removeStored(objectPath(this.#root, sha256));
  }

  async *list(after?: Sha256): AsyncGenerator<ListedObject> {
    yield* listBelow(below(this.#root, 'sha256'), after);
  }

  async beginParts(wish: PartsWish): Promise<PartsUpload> {
    return await this.#parts.begin(wish).catch(refuseWithoutSpace);
  }

  async putPart(upload: PartsUpload, part: PartSource): Promise<{ readonly etag: string }> {
    return await this.#parts.put(upload, part).catch(refuseWithoutSpace);
  }

  async completeParts(upload: PartsUpload, wish: PartsCompletion): Promise<StoredObject> {
    return await this.#parts.complete(upload, wish).catch(refuseWithoutSpace);
  }

  async abortParts(upload: Pick<PartsUpload, 'id'>): Promise<void> {
    await this.#parts.abort(upload.id);
  }

  async areLiveParts(upload: Pick<PartsUpload, 'id'>): Promise<boolean> {
    return await this.#parts.areLive(upload.id);
  }

  async sweep(before: Date): Promise<number> {
    let removed = await sweepDirectory(below(this.#root, 'parts'), before);
    const instances = await opendir(below(this.#root, 'incoming'));
    for await (const instance of instances) {
      removed += await sweepDirectory(below(this.#root, 'incoming', instance.name), before);
    }
    return removed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing stays open between calls.
  }
}

/** Opens a disk store, and cleans up what a crash of this hub left in it. */
export async function openDiskStore(options: DiskStoreOptions): Promise<DiskObjectStore> {
  await mkdir(options.root, { recursive: true, mode: 0o700 });
  // The operator may have put a link to a larger disk here; below it none is followed.
  const store = new DiskObjectStore({ ...options, root: await realpath(options.root) });
  await store.prepare();
  return store;
}

function refuseWithoutSpace(error: unknown): never {
  throw withoutSpace(error);
}
