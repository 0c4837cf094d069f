// Registers files that a shard describes. Invariants: a repository has a file only when every chunk of it is stored in
// the sender's scope and verified, the chunks' hashes give the file's, and its SHA-256 was computed here from the bytes;
// all files of a shard, the rows, the count of bytes and the ledger's entries are one transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type PackStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { registerObjects, spareObjects, type RepoStorage, type Sender } from '#modules/blobs';
import { type XetAccess } from './access-token.ts';
import { fileNameDiffers, fileTooLarge, sha256Differs, sha256Missing, xorbMissing } from './faults.ts';
import { parseShard, type ShardFile } from './format/shard.ts';
import { FileDigests } from './file-digests.ts';
import { type XetHash } from './format/xet-hash.ts';
import { verifyFile } from './verify-file.ts';
import { XetWriter, type IndexedXorb, type NewFile } from './store.ts';
import { Terms } from './terms.ts';
import { type Verifier } from './verifier.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What shards need. */
export interface ShardsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly packs: PackStore;
  readonly verifier: Verifier;
  readonly indexes: XorbIndexes;
  readonly storage: RepoStorage;
  readonly space: FreeSpace;
  readonly limits: { readonly largeObject: number };
}

/** How far a shard is: files verified, and how many there are. */
export type ShardProgress = (verified: number, total: number) => void;

/** Who registers, for which repository, in which scope. */
export type ShardSender = Sender & { readonly access: Pick<XetAccess, 'repoId' | 'scopeId'> };

/** A file whose chunks were verified; its SHA-256 is claimed until it is stored. */
interface VerifiedFile extends NewFile {
  readonly sha256: Sha256;
}

/** Files that are looked up together; enough that a thousand small ones cost little more than one. */
const FILES_AT_ONCE = 500;

/** Shards. */
export class Shards {
  readonly #deps: ShardsDeps;

  constructor(deps: ShardsDeps) {
    this.#deps = deps;
  }

  /**
   * Registers the files of a shard. Returns whether any was new to the repository. Throws `xet.shard-invalid`,
   * `xet.xorb-missing`, `xet.file-name-differs`, `xet.sha256-missing`, `xet.sha256-differs`, `xet.file-too-large`,
   * `object.store-full`, or the reason of the signal; then nothing is registered.
   */
  async register(
    sender: ShardSender,
    bytes: Uint8Array,
    on: { readonly progress: ShardProgress; readonly signal: AbortSignal },
  ): Promise<boolean> {
    // Rows take space too, on the disk that the ledger needs.
    await this.#deps.space.check(0);
    const files: VerifiedFile[] = [];
    const total = countFiles(bytes);
    let verified = 0;
    for (const batch of inBatches(parseShard(bytes), FILES_AT_ONCE)) {
      on.signal.throwIfAborted();
      files.push(...(await this.#verify(sender, batch, on.signal)));
      on.progress((verified += batch.length), total);
    }
    return files.length > 0 && (await this.#store(sender, files));
  }

  /** Those of the files that are new to the repository, if all are what the shard says. */
  async #verify(
    { access }: ShardSender,
    files: readonly ShardFile[],
    signal: AbortSignal,
  ): Promise<VerifiedFile[]> {
    const { db, indexes, clock, packs, verifier } = this.#deps;
    const { repoId, scopeId } = access;
    const find = (xorb: XetHash) => indexes.get(scopeId, xorb);
    const claimed: VerifiedFile[] = [];
    for (const file of files) claimed.push(await this.#verifyChunks(file, find, signal));
    const digests = claimed.map(({ sha256 }) => sha256);
    const held = await spareObjects(db, { repoId, digests, now: clock.now() });
    // Their bytes are here under this digest, however they came; what is claimed of others changes nothing.
    const fresh = claimed.filter(({ sha256 }) => !held.has(sha256));
    await using computing = new FileDigests({ verifier, packs, find, signal });
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
  ): Promise<VerifiedFile> {
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

  async #store({ access, actor, address }: ShardSender, files: readonly VerifiedFile[]): Promise<boolean> {
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

function countFiles(bytes: Uint8Array): number {
  let count = 0;
  for (const _file of parseShard(bytes)) count += 1;
  return count;
}

function* inBatches<Item>(items: Iterable<Item>, size: number): Generator<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
