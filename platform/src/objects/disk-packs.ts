// Packs on disk. Invariant: a pack appears under its name only after its bytes are synced, and is reported only after
// its directory is.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Sha256 } from '@holdfast/kernel/digest';
import { MiB } from '@holdfast/kernel/size';
import type { BufferPool } from '../buffer-pool.ts';
import { type DurableDirectories } from './durable.ts';
import { withoutSpace, type FreeSpace } from './free-space.ts';
import { listBelow } from './listing.ts';
import { below, packPath } from './paths.ts';
import { mayBeDirect, O_DIRECT } from './direct.ts';
import { receive } from './receive.ts';
import { openStored, removeStored } from './stored-files.ts';
import type { ByteSource, ListedObject, OpenObject, PackStore, StagedPack, StageOptions } from './store.ts';

/** What packs share with the store they belong to. */
export interface DiskPacksDeps {
  readonly root: string;
  /** Where bytes lie until they have a name. */
  readonly incoming: string;
  readonly buffers: BufferPool;
  readonly space: FreeSpace;
  readonly directories: DurableDirectories;
}

/** What is smaller costs more where every write waits for the disk. */
const LEAST_DIRECT = MiB;

/** Packs. Large ones go past the system's cache, whose memory costs more to fill than all else that is done with them. */
export class DiskPacks implements PackStore {
  readonly #deps: DiskPacksDeps;
  #direct: Promise<boolean> | undefined;

  constructor(deps: DiskPacksDeps) {
    this.#deps = deps;
  }

  async stage(source: ByteSource, options: StageOptions): Promise<StagedPack> {
    const { incoming, buffers, space, root, directories } = this.#deps;
    options.signal?.throwIfAborted();
    using promised = await space.promise(Math.min(options.limit, options.announced ?? Infinity));
    const path = below(incoming, randomBytes(16).toString('hex'));
    // Readable too: it is looked at before it gets its name.
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const direct = (options.announced ?? 0) >= LEAST_DIRECT && (await this.#isDirect());
    const flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | (direct ? O_DIRECT : 0);
    const file = await open(path, flags, 0o600).catch(refuseWithoutSpace);
    try {
      const { limit, signal } = options;
      const sizes = { offset: 0, hashes: [], size: undefined, limit };
      const size = await receive(source, { file, direct, signal, buffers, space, promised, ...sizes });
      await file.datasync();
      signal?.throwIfAborted();
      return new DiskStage({ file, size, path }, async (name) => {
        await directories.publish(root, path, packPath(root, name));
      });
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw withoutSpace(error);
    }
  }

  async open(name: Sha256): Promise<Omit<OpenObject, 'sha256'>> {
    return await openStored(packPath(this.#deps.root, name), name);
  }

  async openAligned(name: Sha256): Promise<Omit<OpenObject, 'sha256'>> {
    return await openStored(packPath(this.#deps.root, name), name, (await this.#isDirect()) ? O_DIRECT : 0);
  }

  async #isDirect(): Promise<boolean> {
    return await (this.#direct ??= mayBeDirect(this.#deps.incoming));
  }

  async remove(name: Sha256): Promise<boolean> {
    return await removeStored(packPath(this.#deps.root, name));
  }

  async *list(after?: Sha256): AsyncGenerator<ListedObject> {
    yield* listBelow(below(this.#deps.root, 'packs'), after);
  }
}

class DiskStage implements StagedPack {
  readonly size: number;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #publish: (name: Sha256) => Promise<void>;
  #published = false;

  constructor(
    staged: { readonly file: FileHandle; readonly size: number; readonly path: string },
    publish: (name: Sha256) => Promise<void>,
  ) {
    this.size = staged.size;
    this.#file = staged.file;
    this.#path = staged.path;
    this.#publish = publish;
  }

  get fd(): number {
    return this.#file.fd;
  }

  async publish(name: Sha256): Promise<void> {
    // A name needs room too: for its directory, and for the entry in it.
    await this.#publish(name).catch(refuseWithoutSpace);
    this.#published = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    if (!this.#published) await rm(this.#path, { force: true });
  }
}

function refuseWithoutSpace(error: unknown): never {
  throw withoutSpace(error);
}
