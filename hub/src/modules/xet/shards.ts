// Registers files that a shard describes. Invariants: a repository has a file only when every chunk of it is stored in
// the sender's scope and verified, the chunks' hashes give the file's, and its SHA-256 was computed here from the bytes;
// all files of a shard, the rows, the count of bytes and the ledger's entries are one transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { registerObject, spareObjects, type RepoStorage, type Sender } from '#modules/blobs';
import { type XetAccess } from './access-token.ts';
import { fileNameDiffers, fileTooLarge, sha256Differs, sha256Missing, xorbMissing } from './faults.ts';
import { parseShard, type ShardFile } from './format/shard.ts';
import { type XetHash } from './format/xet-hash.ts';
import { verifyFile } from './verify-file.ts';
import { XetWriter } from './store.ts';
import { Terms } from './terms.ts';
import { type Verifier } from './verifier.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What shards need. */
export interface ShardsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
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

/** A file that was verified. */
interface VerifiedFile {
  readonly hash: XetHash;
  readonly sha256: Sha256;
  readonly terms: Terms;
  readonly firstChunk: Buffer | undefined;
}

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
    for (const file of parseShard(bytes)) {
      on.signal.throwIfAborted();
      const found = await this.#verify(sender, file, on.signal);
      if (found !== undefined) files.push(found);
      on.progress((verified += 1), total);
    }
    return files.length > 0 && (await this.#store(sender, files));
  }

  /** The file, if it is what the shard says; `undefined` for one that the repository has. */
  async #verify(
    { access }: ShardSender,
    file: ShardFile,
    signal: AbortSignal,
  ): Promise<VerifiedFile | undefined> {
    const { db, indexes, limits, clock } = this.#deps;
    const terms = Terms.of(file.terms);
    if (terms.size > limits.largeObject) throw fileTooLarge(limits.largeObject);
    if (file.sha256 === undefined) throw sha256Missing();
    const hash = await verifyFile(file.terms, (xorb) => indexes.get(access.scopeId, xorb), signal);
    if (hash !== file.hash) throw fileNameDiffers(file.hash, hash);
    const { repoId } = access;
    const held = await spareObjects(db, { repoId, digests: [file.sha256], now: clock.now() });
    // Its bytes are here under this digest, however they came; what is claimed of others changes nothing.
    if (held.has(file.sha256)) return undefined;
    const computed = await this.#digest(access, terms, signal);
    if (computed !== file.sha256) throw sha256Differs(file.sha256, computed);
    return { hash, sha256: computed, terms, firstChunk: await this.#firstChunk(access, terms) };
  }

  async #digest({ scopeId }: ShardSender['access'], terms: Terms, signal: AbortSignal): Promise<Sha256> {
    const { store, verifier, indexes } = this.#deps;
    await using digest = await verifier.beginDigest();
    for (let number = 0; number < terms.count; number += 1) {
      signal.throwIfAborted();
      const { xorb, start, end } = terms.at(number);
      const { pack, index } = await indexes.get(scopeId, xorb);
      await using opened = await store.packs.open(pack);
      if (opened.fd === undefined) throw new Error('xorbs need a store of plain files');
      await digest.add({ fd: opened.fd, ...index.packedRange(start, end) });
    }
    return await digest.finish();
  }

  async #firstChunk({ scopeId }: ShardSender['access'], terms: Terms): Promise<Buffer | undefined> {
    if (terms.count === 0) return undefined;
    const { xorb, start } = terms.at(0);
    return (await this.#deps.indexes.get(scopeId, xorb)).index.hashAt(start);
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
      let added = false;
      // In one order: two shards of a scope that name the same new files never wait for each other.
      for (const file of files.toSorted((a, b) => (a.hash < b.hash ? -1 : 1))) {
        const { hash, sha256, terms } = file;
        await writer.insertFile(scopeId, file, clock.now());
        const object = { repoId, sha256, size: terms.size, backend: 'xet', xet: { scopeId, hash } } as const;
        if (await registerObject(tx, { object, sender: { actor, address }, storage, at: clock.now() }))
          added = true;
      }
      await writer.markUsed(scopeId, xorbs);
      return added;
    });
  }
}

function countFiles(bytes: Uint8Array): number {
  let count = 0;
  for (const _file of parseShard(bytes)) count += 1;
  return count;
}
