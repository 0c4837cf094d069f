// Registers files that a shard describes. Invariants: a repository has a file only when every chunk of it is stored in
// the sender's scope and verified, the chunks' hashes give the file's, and its SHA-256 was computed here from the bytes;
// all files of a shard, the rows, the count of bytes and the ledger's entries are one transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { Gate } from '@holdfast/platform/gate';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type Db } from '@holdfast/platform/postgres/database';
import {
  findObjects,
  registerObjects,
  spareObjects,
  type RepoStorage,
  type Room,
  type Sender,
} from '#modules/blobs';
import { type XetAccess } from './access-token.ts';
import {
  fileNameDiffers,
  fileTooLarge,
  sha256Differs,
  sha256Missing,
  shardsTooMany,
  shardTooMuch,
  xorbMissing,
} from './faults.ts';
import { parseShard, type ShardFile } from './format/shard.ts';
import { FileDigests } from './file-digests.ts';
import { type XetHash } from './format/xet-hash.ts';
import { ShardPlaces } from './shard-places.ts';
import { verifyFile } from './verify-file.ts';
import { XetWriter, type IndexedXorb, type NewFile } from './store.ts';
import { Terms } from './terms.ts';
import { type Verifier } from './verifier.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What shards need. */
export interface ShardsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly indexes: XorbIndexes;
  readonly storage: RepoStorage;
  readonly room: Room;
  readonly space: FreeSpace;
  readonly limits: { readonly largeObject: number };
}

/** How far a shard is: files verified, and how many there are. */
export type ShardProgress = (verified: number, total: number) => void;

/** Who registers, for which repository, in which scope. */
export type ShardSender = Sender & { readonly access: Pick<XetAccess, 'repoId' | 'scopeId'> };

/** A file whose chunks were verified; its SHA-256 is a claim. */
interface ClaimedFile extends NewFile {
  readonly sha256: Sha256;
}

/** Files that are looked up together; enough that a thousand small ones cost little more than one. */
const FILES_AT_ONCE = 500;
/** Shards of one repository that are registered at once. */
const SHARDS_AT_ONCE = 16;
/** Files whose chunks are looked through at once, each a thousand chunks at a time: others want the event loop too. */
const READ_AT_ONCE = 2;

/** A shard whose chunks were verified. */
export interface DescribedShard {
  readonly files: readonly ClaimedFile[];
}

/** Shards. */
export class Shards {
  readonly #deps: ShardsDeps;
  readonly #reading = new Gate(READ_AT_ONCE);
  readonly #registering = new Map<Id, number>();
  readonly #places = new ShardPlaces();

  constructor(deps: ShardsDeps) {
    this.#deps = deps;
  }

  /**
   * Takes a place for a shard, before its body is read; dispose it when it is registered. Throws `xet.shards-too-many`.
   */
  expect({ actor, access }: ShardSender, announced: number | undefined): Disposable {
    return this.#places.take(actor.kind === 'user' ? actor.userId : access.repoId, announced);
  }

  /**
   * Reads a shard, and checks what it says against the hashes of stored chunks. Throws `xet.shard-invalid`,
   * `xet.xorb-missing`, `xet.file-name-differs`, `xet.sha256-missing`, `xet.file-too-large`, `xet.shard-too-much`,
   * `quota.exceeded`, `object.store-full`, or the reason of the signal. The bytes are not needed afterwards.
   */
  async describe(sender: ShardSender, bytes: Uint8Array, signal: AbortSignal): Promise<DescribedShard> {
    const { space, limits, room, indexes } = this.#deps;
    const { repoId, scopeId } = sender.access;
    // Rows take space too, on the disk that the ledger needs.
    await space.check(0);
    const find = (xorb: XetHash) => indexes.get(scopeId, xorb);
    const files: ClaimedFile[] = [];
    let size = 0;
    for (const file of parseShard(bytes)) {
      const claimed = await this.#reading.pass(async () => await this.#verifyChunks(file, find, signal));
      size += claimed.terms.size;
      if (size > limits.largeObject) throw shardTooMuch(limits.largeObject);
      files.push(claimed);
    }
    await room.expect(repoId, await this.#sizeOfNew(repoId, files), 'assembled');
    return { files };
  }

  /**
   * Registers the files of a shard once the SHA-256 of each was computed. Returns whether any was new to the repository.
   * Throws `xet.sha256-differs`, `xet.shards-too-many`, `xet.xorb-missing`, `quota.exceeded`, or the reason of the
   * signal; then nothing is registered.
   */
  async register(
    sender: ShardSender,
    { files }: DescribedShard,
    on: { readonly progress: ShardProgress; readonly signal: AbortSignal },
  ): Promise<boolean> {
    using _place = this.#takePlace(sender.access.repoId);
    const fresh: ClaimedFile[] = [];
    for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
      const batch = files.slice(start, start + FILES_AT_ONCE);
      fresh.push(...(await this.#verifyDigests(sender, batch, on.signal)));
      on.progress(start + batch.length, files.length);
    }
    on.signal.throwIfAborted();
    return fresh.length > 0 && (await this.#store(sender, fresh));
  }

  // Before they are read: who has no room for terabytes must not have them hashed.
  async #sizeOfNew(repoId: Id, files: readonly ClaimedFile[]): Promise<number> {
    let size = 0;
    for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
      const batch = new Map(files.slice(start, start + FILES_AT_ONCE).map((file) => [file.sha256, file]));
      const held = await findObjects(this.#deps.db, repoId, [...batch.keys()]);
      for (const [sha256, { terms }] of batch) if (!held.has(sha256)) size += terms.size;
    }
    return size;
  }

  // Reading a file again takes as long as the file is large: one repository must not keep the threads from all others.
  #takePlace(repoId: Id): Disposable {
    const taken = this.#registering.get(repoId) ?? 0;
    if (taken >= SHARDS_AT_ONCE) throw shardsTooMany(SHARDS_AT_ONCE, 'this repository');
    this.#registering.set(repoId, taken + 1);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#registering.get(repoId) ?? 1) - 1;
        if (left === 0) this.#registering.delete(repoId);
        else this.#registering.set(repoId, left);
      },
    };
  }

  /** Those of the files that are new to the repository, if all have the SHA-256 that the shard says. */
  async #verifyDigests(
    { access }: ShardSender,
    files: readonly ClaimedFile[],
    signal: AbortSignal,
  ): Promise<ClaimedFile[]> {
    const { db, indexes, clock, verifier } = this.#deps;
    const { repoId, scopeId } = access;
    const digests = files.map(({ sha256 }) => sha256);
    const held = await spareObjects(db, { repoId, digests, now: clock.now() });
    // Their bytes are here under this digest, however they came; what is claimed of others changes nothing.
    const fresh = files.filter(({ sha256 }) => !held.has(sha256));
    const open = (xorb: XetHash) => indexes.openAligned(scopeId, xorb);
    await using computing = new FileDigests({ verifier, open, signal });
    const computed = await computing.of(fresh.map(({ terms }) => terms));
    for (const [index, { sha256 }] of fresh.entries())
      if (computed[index] !== sha256) throw sha256Differs(sha256, computed[index] ?? '');
    return fresh;
  }

  /** The file, if the hashes of its chunks are what the shard says. */
  async #verifyChunks(
    file: ShardFile,
    find: (xorb: XetHash) => Promise<IndexedXorb>,
    signal: AbortSignal,
  ): Promise<ClaimedFile> {
    const { largeObject } = this.#deps.limits;
    const terms = Terms.of(file.terms);
    if (terms.size > largeObject) throw fileTooLarge(largeObject);
    if (file.sha256 === undefined) throw sha256Missing();
    const hash = await verifyFile(file.terms, find, signal);
    if (hash !== file.hash) throw fileNameDiffers(file.hash, hash);
    const first = terms.count === 0 ? undefined : terms.at(0);
    const firstChunk = first && (await find(first.xorb)).index.hashAt(first.start);
    return { hash, sha256: file.sha256, terms, firstChunk };
  }

  async #store({ access, actor, address }: ShardSender, files: readonly ClaimedFile[]): Promise<boolean> {
    const { db, clock, storage } = this.#deps;
    const { repoId, scopeId } = access;
    return await db.transaction(async (tx) => {
      const writer = new XetWriter(tx);
      const xorbs = [...new Set(files.flatMap((file) => file.terms.xorbs))];
      const held = await writer.holdXorbs(scopeId, xorbs);
      // Removed as unused since it was looked at.
      const gone = xorbs.find((xorb) => !held.has(xorb));
      if (gone !== undefined) throw xorbMissing(gone);
      await storage.lock(tx, repoId);
      await writer.insertFiles(scopeId, files, clock.now());
      await writer.markUsed(scopeId, xorbs);
      const objects = files.map(({ hash, sha256, terms }) => ({
        ...{ sha256, size: terms.size },
        xet: { scopeId, hash },
      }));
      const to = { repoId, backend: 'xet', sender: { actor, address }, storage, at: clock.now() };
      return (await registerObjects(tx, objects, to)) > 0;
    });
  }
}
