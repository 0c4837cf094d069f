// Uploads in parts on disk: one file that parts are written into at their place, and marker files beside it.
// Invariant: no byte of the file changes after it was hashed. Markers keep that also between hubs that share the
// disk: a writer and a completion each make their marker first and look for the other's second, so that of two that
// meet at least one gives way. Otherwise a slow sender could change an object after it was stored under its digest.
import { createHash, randomBytes, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sha256 } from '@holdfast/kernel/digest';
import type { BufferPool } from '../buffer-pool.ts';
import { syncDirectory, type DurableDirectories } from './durable.ts';
import { digestMismatch, partsBusy, partsIncomplete, partsMissing } from './faults.ts';
import type { FreeSpace, PromisedSpace } from './free-space.ts';
import { HashAhead } from './hash-ahead.ts';
import { findMissingPart, parseMarker, partLength, type Marker } from './part-markers.ts';
import { below, isErrorCode, objectPath, openExisting, openNew } from './paths.ts';
import { receive } from './receive.ts';
import type { PartsCompletion, PartSource, PartsUpload, PartsWish, StoredObject } from './store.ts';

/** What uploads in parts share with the store they belong to. */
export interface DiskPartsDeps {
  readonly root: string;
  readonly instance: string;
  readonly buffers: BufferPool;
  readonly space: FreeSpace;
  readonly directories: DurableDirectories;
}

/** How long a sender may take from one part to the next. Milliseconds. */
const BETWEEN_PARTS = 2_000;

/** Uploads in parts. */
export class DiskParts {
  readonly #deps: DiskPartsDeps;
  readonly #ahead = new HashAhead();

  constructor(deps: DiskPartsDeps) {
    this.#deps = deps;
  }

  async begin(wish: PartsWish): Promise<PartsUpload> {
    // Its parts are promised their space as they come.
    using _fits = await this.#deps.space.promise(wish.size + (wish.besides ?? 0));
    const id = randomBytes(16).toString('hex');
    await mkdir(this.#path(id), { mode: 0o700 });
    await using file = await openNew(this.#path(id, 'bytes'));
    await file.truncate(wish.size);
    return { id, size: wish.size, partSize: wish.partSize };
  }

  async put(upload: PartsUpload, part: PartSource): Promise<{ readonly etag: string }> {
    const length = partLength(upload, part.number);
    const marker = await this.#mark(upload.id, `writing-${part.number}`);
    try {
      const others = (await this.#markers(upload.id)).filter((other) => other.name !== marker);
      if (others.some((other) => other.kind === 'hashed')) throw partsMissing();
      if (others.some((other) => blocksWriter(other, part.number))) throw partsBusy();
      using promised = await this.#deps.space.promise(length);
      for (const old of others) {
        if (old.kind === 'part' && old.number === part.number) await unlink(this.#path(upload.id, old.name));
      }
      const step = this.#ahead.next(upload.id, part.number);
      await this.#write(upload, part, { hashes: step === undefined ? [] : [step.hash], promised });
      const etag = randomBytes(16).toString('hex');
      await rename(this.#path(upload.id, marker), this.#path(upload.id, `part-${part.number}-${etag}`));
      if (step !== undefined) this.#ahead.record(upload.id, step, etag);
      return { etag };
    } catch (error) {
      await rm(this.#path(upload.id, marker), { force: true });
      throw isErrorCode(error, 'ENOENT') ? partsMissing() : error;
    }
  }

  async #write(
    upload: PartsUpload,
    part: PartSource,
    to: { readonly hashes: readonly Hash[]; readonly promised: PromisedSpace },
  ): Promise<void> {
    const { buffers, space } = this.#deps;
    const length = partLength(upload, part.number);
    await using file = await open(this.#path(upload.id, 'bytes'), constants.O_WRONLY | constants.O_NOFOLLOW);
    await receive(part.source, {
      file,
      offset: (part.number - 1) * upload.partSize,
      ...to,
      size: length,
      limit: length,
      signal: part.signal,
      buffers,
      space,
    });
    await file.datasync(); // now rather than all at once at the end, when a client is waiting for the answer
  }

  async complete(upload: PartsUpload, wish: PartsCompletion): Promise<StoredObject> {
    const seal = await this.#mark(upload.id, 'sealing');
    try {
      return await this.#completeSealed(upload, wish);
    } catch (error) {
      throw isErrorCode(error, 'ENOENT') ? partsMissing() : error;
    } finally {
      await rm(this.#path(upload.id, seal), { force: true });
    }
  }

  async #completeSealed(upload: PartsUpload, wish: PartsCompletion): Promise<StoredObject> {
    const markers = await this.#markers(upload.id);
    if (markers.some((marker) => marker.kind === 'writing')) throw partsBusy();
    const target = objectPath(this.#deps.root, wish.sha256);
    const stored: StoredObject = { sha256: wish.sha256, size: upload.size };
    const hashed = markers.some((marker) => marker.kind === 'hashed' && marker.sha256 === wish.sha256);
    if (hashed && !(await this.#hasBytes(upload.id))) {
      await syncDirectory(dirname(target)); // an earlier completion may have stopped before it did this
      return stored;
    }
    const missing = findMissingPart(upload, wish.parts, markers);
    if (missing !== undefined) throw partsIncomplete(missing);
    await this.#verify(upload, wish, markers);
    const file = await openNew(this.#path(upload.id, `hashed-${wish.sha256}`)).catch(ignoreExisting);
    await file?.close();
    await this.#deps.directories.publish(this.#deps.root, this.#path(upload.id, 'bytes'), target);
    return stored;
  }

  async #verify(upload: PartsUpload, wish: PartsCompletion, markers: readonly Marker[]): Promise<void> {
    await using file = await openExisting(this.#path(upload.id, 'bytes'));
    const { size } = await file.stat();
    if (size !== upload.size)
      throw new Error(`upload ${upload.id} is ${size} bytes long, not ${upload.size}`);
    const step = this.#ahead.trusted(upload.id, markers);
    const hash = step?.hash ?? createHash('sha256');
    const start = Math.min(size, (step?.before.length ?? 0) * upload.partSize);
    await this.#hashRest(file, { hash, start, end: size }, wish.signal);
    const digest = hash.digest('hex') as Sha256;
    if (digest !== wish.sha256) {
      await this.abort(upload.id);
      throw digestMismatch(wish.sha256, digest);
    }
    await file.datasync();
  }

  async #hashRest(
    file: FileHandle,
    rest: { readonly hash: Hash; readonly start: number; readonly end: number },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const buffer = this.#deps.buffers.take();
    try {
      for (let position = rest.start; position < rest.end;) {
        signal?.throwIfAborted();
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) throw new Error(`an upload ended at ${position}, before ${rest.end}`);
        rest.hash.update(buffer.subarray(0, bytesRead));
        position += bytesRead;
      }
    } finally {
      this.#deps.buffers.give(buffer);
    }
  }

  async abort(id: string): Promise<void> {
    this.#ahead.forget(id);
    await rm(this.#path(id), { recursive: true, force: true });
  }

  /** Whether anybody is at work on an upload, or between two of its parts. */
  async areLive(id: string): Promise<boolean> {
    try {
      const markers = await this.#markers(id);
      if (markers.some(({ kind }) => kind === 'writing' || kind === 'sealing')) return true;
      const times = markers.map(async ({ name }) => (await lstat(this.#path(id, name))).ctimeMs);
      return Date.now() - Math.max(...(await Promise.all(times))) < BETWEEN_PARTS;
    } catch (error) {
      if (isErrorCode(error, 'ENOENT')) return false;
      throw error;
    }
  }

  /** Removes the markers of writers and completions that a crash of this hub has ended. */
  async releaseMarkers(): Promise<void> {
    for (const id of await readdir(below(this.#deps.root, 'parts'))) {
      for (const marker of await this.#markers(id)) {
        const ended = marker.kind === 'writing' || marker.kind === 'sealing';
        if (ended && marker.instance === this.#deps.instance)
          await rm(this.#path(id, marker.name), { force: true });
      }
    }
  }

  async #mark(id: string, kind: string): Promise<string> {
    const name = `${kind}-${randomBytes(8).toString('hex')}-${this.#deps.instance}`;
    const file = await openNew(this.#path(id, name)).catch((error: unknown) => {
      throw isErrorCode(error, 'ENOENT') ? partsMissing() : error;
    });
    await file.close();
    return name;
  }

  async #markers(id: string): Promise<readonly Marker[]> {
    return (await readdir(this.#path(id))).map(parseMarker).filter((marker) => marker !== undefined);
  }

  async #hasBytes(id: string): Promise<boolean> {
    return (await readdir(this.#path(id))).includes('bytes');
  }

  #path(id: string, ...names: readonly string[]): string {
    return below(this.#deps.root, 'parts', id, ...names);
  }
}

function blocksWriter(other: Marker, number: number): boolean {
  if (other.kind === 'writing') return other.number === number;
  return other.kind === 'sealing';
}

function ignoreExisting(error: unknown): undefined {
  if (!isErrorCode(error, 'EEXIST')) throw error;
}
