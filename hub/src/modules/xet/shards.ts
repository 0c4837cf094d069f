// Registers files that a shard describes. Invariants: a repository has a file only when every chunk of it is stored in
// the sender's scope and verified, the chunks' hashes give the file's, and its SHA-256 was computed here from the bytes;
// all files of a shard, the rows, the count of bytes and the ledger's entries are one transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { Fault } from '@holdfast/kernel/fault';
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
  shardTooMuch,
  xorbMissing,
} from './faults.ts';
import { parseShard, type ShardFile, type ShardTerm } from './format/shard.ts';
import { FileDigests } from './file-digests.ts';
import { type XetHash } from './format/xet-hash.ts';
import { SenderGates } from './sender-gates.ts';
import { ShardPlaces, type ShardPlace } from './shard-places.ts';
import { type SharedScope, type XorbAsker } from './shared-scope.ts';
import { verifyFile } from './verify-file.ts';
import { XetWriter, type IndexedXorb, type NewFile } from './store.ts';
import { Terms } from './terms.ts';
import { type VainWork } from './vain-work.ts';
import { type Verifier } from './verifier.ts';
import { type XorbIndexes } from './xorb-indexes.ts';

/** What shards need. */
export interface ShardsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly verifier: Verifier;
  readonly indexes: XorbIndexes;
  readonly vain: VainWork;
  readonly shared: SharedScope;
  readonly storage: RepoStorage;
  readonly room: Room;
  readonly space: FreeSpace;
  readonly limits: { readonly largeObject: number };
}

/** How far a shard is: files verified, and how many there are. */
export type ShardProgress = (verified: number, total: number) => void;

/** Who registers, for which repository, in which scope. */
export type ShardSender = Sender & { readonly access: Pick<XetAccess, 'repoId' | 'scopeId'> };

/** The same, with which other repositories are theirs to read. */
export type ReadingSender = ShardSender & Pick<XorbAsker, 'mayRead'>;

/** A file whose chunks were verified; its SHA-256 is a claim. */
interface ClaimedFile extends NewFile {
  readonly sha256: Sha256;
}

/** Files that are looked up together; enough that a thousand small ones cost little more than one. */
const FILES_AT_ONCE = 500;
/** Files whose chunks are looked through at once, each a thousand chunks at a time: others want the event loop too. */
const READ_AT_ONCE = 2;
/**
 * Shards of one sender whose files are hashed at once, which takes as long as these are large: one must not keep the threads
 * from all others, and who is found to have lied has cost no more than these.
 */
const DIGESTED_AT_ONCE = 4;
/** What looking at one chunk costs, as bytes that are hashed in the same time. */
const CHUNK_COST = 2_048;
/** Memory that a described file takes beside its terms, in bytes. */
const FILE_MEMORY = 700;

/** How many chunks of a shard were looked at. */
interface Looked {
  chunks: number;
}

interface Reading {
  readonly find: (xorb: XetHash) => Promise<IndexedXorb>;
  readonly looked: Looked;
  readonly signal: AbortSignal;
}

/** A shard whose chunks were verified. */
export interface DescribedShard {
  readonly files: readonly ClaimedFile[];
  /** Bytes of memory that it takes. */
  readonly memory: number;
}

/** Shards. */
export class Shards {
  readonly #deps: ShardsDeps;
  readonly #reading = new Gate(READ_AT_ONCE);
  readonly #places = new ShardPlaces();
  readonly #digesting = new SenderGates(DIGESTED_AT_ONCE);

  constructor(deps: ShardsDeps) {
    this.#deps = deps;
  }

  /**
   * Waits for a place for a shard, before its body is read; dispose it when it is registered. Throws `xet.shards-too-many`, or
   * the reason of the signal.
   */
  async expect(sender: ShardSender, announced: number | undefined, signal: AbortSignal): Promise<ShardPlace> {
    return await this.#places.take(senderIdOf(sender), announced, signal);
  }

  /**
   * Reads a shard, and checks what it says against the hashes of stored chunks. Throws `xet.shard-invalid`,
   * `xet.xorb-missing`, `xet.file-name-differs`, `xet.sha256-missing`, `xet.file-too-large`, `xet.shard-too-much`,
   * `xet.too-much-in-vain`, `quota.exceeded`, `object.store-full`, or the reason of the signal. The bytes are not needed
   * afterwards.
   */
  async describe(sender: ReadingSender, bytes: Uint8Array, signal: AbortSignal): Promise<DescribedShard> {
    const { space, vain } = this.#deps;
    using work = vain.begin(senderIdOf(sender), 0);
    // Rows take space too, on the disk that the ledger needs.
    await space.check(0);
    const looked = { chunks: 0 };
    try {
      return await this.#describe(sender, bytes, { looked, signal });
    } catch (error) {
      if (error instanceof Fault) work.wasInVain(bytes.length + looked.chunks * CHUNK_COST);
      throw error;
    }
  }

  async #describe(
    sender: ReadingSender,
    bytes: Uint8Array,
    { looked, signal }: { readonly looked: Looked; readonly signal: AbortSignal },
  ): Promise<DescribedShard> {
    const { limits, room, shared } = this.#deps;
    const { repoId, scopeId } = sender.access;
    const asker = { scopeId, repoId, senderId: senderIdOf(sender), mayRead: sender.mayRead };
    const find = (xorb: XetHash) => shared.get(asker, xorb);
    const files: ClaimedFile[] = [];
    let [size, memory] = [0, 0];
    for (const file of parseShard(bytes)) {
      const reading = { find, looked, signal };
      const claimed = await this.#reading.pass(async () => await this.#verifyChunks(file, reading));
      size += claimed.terms.size;
      if (size > limits.largeObject) throw shardTooMuch(limits.largeObject);
      memory += claimed.terms.memory + FILE_MEMORY;
      files.push(claimed);
    }
    await room.expect(repoId, await this.#sizeOfNew(repoId, files), 'assembled');
    return { files, memory };
  }

  /**
   * Registers the files of a shard once the SHA-256 of each was computed. Returns whether any was new to the repository.
   * Throws `xet.sha256-differs`, `xet.too-much-in-vain`, `xet.xorb-missing`, `quota.exceeded`, or the
   * reason of the signal; then nothing is registered.
   */
  async register(
    sender: ShardSender,
    { files }: DescribedShard,
    on: { readonly progress: ShardProgress; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const fresh = await this.#digesting.pass(
      senderIdOf(sender),
      async () => await this.#findFresh(sender, files, on),
    );
    on.signal.throwIfAborted();
    return fresh.length > 0 && (await this.#store(sender, fresh));
  }

  /** Those of the files that are new to the repository, if all have the SHA-256 that the shard says. */
  async #findFresh(
    sender: ShardSender,
    files: readonly ClaimedFile[],
    { progress, signal }: { readonly progress: ShardProgress; readonly signal: AbortSignal },
  ): Promise<ClaimedFile[]> {
    const { indexes, verifier, vain } = this.#deps;
    using work = vain.begin(senderIdOf(sender), 0);
    const open = (xorb: XetHash) => indexes.openAligned(sender.access.scopeId, xorb);
    await using computing = new FileDigests({ verifier, open, signal });
    try {
      const fresh: ClaimedFile[] = [];
      for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
        const batch = files.slice(start, start + FILES_AT_ONCE);
        fresh.push(...(await this.#verifyDigests(sender, batch, computing)));
        progress(start + batch.length, files.length);
      }
      return fresh;
    } catch (error) {
      // Who hangs up before the lie is found has had as much hashed.
      if (error instanceof Fault || signal.aborted) work.wasInVain(computing.digested);
      throw error;
    }
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

  async #verifyDigests(
    { access: { repoId } }: ShardSender,
    files: readonly ClaimedFile[],
    computing: FileDigests,
  ): Promise<ClaimedFile[]> {
    const { db, clock } = this.#deps;
    const digests = files.map(({ sha256 }) => sha256);
    const held = await spareObjects(db, { repoId, digests, now: clock.now() });
    // Their bytes are here under this digest, however they came; what is claimed of others changes nothing.
    const fresh = files.filter(({ sha256 }) => !held.has(sha256));
    const computed = await computing.of(fresh.map(({ terms }) => terms));
    for (const [index, { sha256 }] of fresh.entries())
      if (computed[index] !== sha256) throw sha256Differs(sha256, computed[index] ?? '');
    return fresh;
  }

  /** The file, if the hashes of its chunks are what the shard says. */
  async #verifyChunks(file: ShardFile, { find, looked, signal }: Reading): Promise<ClaimedFile> {
    const { largeObject } = this.#deps.limits;
    const terms = Terms.of(file.terms);
    if (terms.size > largeObject) throw fileTooLarge(largeObject);
    if (file.sha256 === undefined) throw sha256Missing();
    const hash = await verifyFile(counting(file.terms, looked), find, signal);
    if (hash !== file.hash) throw fileNameDiffers(file.hash, hash);
    const first = terms.count === 0 ? undefined : terms.at(0);
    // A copy: it would keep the whole index of its xorb in memory, and a shard may have a file of each of many.
    const firstChunk = first && Buffer.from((await find(first.xorb)).index.hashAt(first.start));
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

/** Whose work and memory a shard is. */
function senderIdOf({ actor, access }: ShardSender): Id {
  return actor.kind === 'user' ? actor.userId : access.repoId;
}

/** The terms as they are looked at. */
function* counting(terms: Iterable<ShardTerm>, looked: Looked): Generator<ShardTerm> {
  for (const term of terms) {
    looked.chunks += term.end - term.start;
    yield term;
  }
}
