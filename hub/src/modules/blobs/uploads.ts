// Takes large objects in. Invariants: an object belongs to a repository only after all of its bytes came from a sender
// who may write there, were found to have the digest and size announced, and are on disk; the row, the count of bytes
// and the ledger's entry are one transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { newId, type Id } from '@holdfast/kernel/id';
import { type ByteSource, type ObjectStore, type ReceivedPart } from '@holdfast/platform/objects/store';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import {
  blobDigestDiffers,
  blobMissing,
  blobSizeDiffers,
  tooManyUploads,
  uploadInterrupted,
  uploadMissing,
} from './faults.ts';
import {
  partLength,
  planUploads,
  type Transfer,
  type Blob,
  type BlobName,
  type UploadPlan,
  type UploadSession,
  type XetName,
} from './model.ts';
import { type ObjectDamage } from './object-damage.ts';
import { type Room } from './room.ts';
import { type Link } from './signed-link.ts';
import { spareObjects } from './spared.ts';
import { BlobReader, BlobWriter } from './store.ts';
import { removeUnheld } from './unheld.ts';

/** What the owner of repositories lends to the owner of their objects. Both act in the given transaction. */
export interface RepoStorage {
  /** Holds the repository, as a commit does; throws when it is gone. Taken before rows of its objects are touched. */
  lock(tx: Tx, repoId: Id): Promise<unknown>;
  /** Counts bytes that it grew or, negative, shrank by. */
  add(tx: Tx, repoId: Id, bytes: number): Promise<void>;
}

/** What uploads need. Sizes are bytes. */
export interface UploadsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  /** What the store is called in the rows of its objects. */
  readonly backend: string;
  readonly limits: { readonly largeObject: number; readonly uploadPart: number };
  readonly storage: RepoStorage;
  readonly room: Room;
  readonly damage: ObjectDamage;
}

/** Which object is to come, and for which repository. */
export type Destination = Pick<Link, 'repoId' | 'sha256' | 'size'>;

/** An object that comes in parts. */
interface BatchPart extends BlobName {
  /** Bytes that the same batch has begun before: each alone may fit the disk where all of them do not. */
  readonly besides?: number;
}

/** Who sends, from where. */
export interface Sender {
  readonly actor: Actor;
  readonly address: string;
}

const HOUR_MS = 3_600_000;
const SESSION_MS = 24 * HOUR_MS;
// Each holds a file and a row. A folder of large files needs many at once; an attacker needs more.
const MOST_SESSIONS = 2_000;
/** Refusals that an upload which somebody broke off may be the reason of. */
const WANT_OF_ROOM = ['quota.exceeded', 'upload.too-many', 'object.store-full'];

/** Uploads of large objects. */
export class Uploads {
  readonly #deps: UploadsDeps;

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  /**
   * How the objects of one batch are to come in, in their order; `offered` is which transfers their sender knows. Throws
   * `quota.exceeded`.
   */
  async plan(
    repoId: Id,
    wishes: readonly BlobName[],
    offered: readonly string[],
  ): Promise<{ readonly transfer: Transfer; readonly plans: readonly UploadPlan[] }> {
    const { stored, lost } = await this.#spare(repoId, wishes);
    const whole = new Map([...stored].filter(([digest]) => !lost.has(digest)));
    const { largeObject, uploadPart } = this.#deps.limits;
    // What is damaged or lost here is mended by its bytes as they are; chunks do not do that.
    const isXet = offered.includes('xet') && lost.size === 0;
    const partsOffered = !isXet && offered.includes('multipart');
    const plans = planUploads(wishes, whole, { largest: largeObject, part: uploadPart, partsOffered });
    // What is sent to mend what the repository holds was counted when it came first.
    const fresh = wishes.filter(({ sha256 }, index) => isToCome(plans[index]) && !lost.has(sha256));
    const bytes = fresh.reduce((sum, wish) => sum + wish.size, 0);
    if (bytes > 0)
      await this.#makingRoom(repoId, fresh, async () => await this.#deps.room.expect(repoId, bytes));
    const inParts = plans.some(({ way }) => way === 'parts');
    return { transfer: isXet ? 'xet' : inParts ? 'multipart' : 'basic', plans };
  }

  /** Those of the objects that the repository holds already, and of these what is damaged or lost. */
  async #spare(repoId: Id, wishes: readonly BlobName[]) {
    const { db, clock } = this.#deps;
    const digests = wishes.map(({ sha256 }) => sha256);
    const stored = await spareObjects(db, { repoId, digests, now: clock.now() });
    return { stored, lost: await this.#lostAmong([...stored.values()]) };
  }

  /** Begins an upload in parts. Throws `upload.too-many`, `object.store-full`, `quota.exceeded`. */
  async beginParts(repoId: Id, wish: BatchPart, partSize: number): Promise<UploadSession> {
    const begin = async () => await this.#beginParts(repoId, wish, partSize);
    return await this.#makingRoom(repoId, [wish], begin);
  }

  async #beginParts(repoId: Id, wish: BatchPart, partSize: number): Promise<UploadSession> {
    const { db, clock, store, room } = this.#deps;
    const under = await new BlobReader(db).countUploads(repoId, clock.now());
    if (under >= MOST_SESSIONS) throw tooManyUploads(MOST_SESSIONS);
    const { sha256, size, besides = 0 } = wish;
    const { id: partsId } = await store.beginParts({ size, partSize, besides });
    const now = clock.now();
    const expiresAt = new Date(now.getTime() + SESSION_MS);
    const session = { sha256, size, id: newId(now), repoId, partSize, partsId, expiresAt };
    const begin = db.transaction(async (tx) => {
      const writer = new BlobWriter(tx);
      const isFree = await mendsAlone(writer, session);
      await writer.insertUpload(session, now);
      if (!isFree) await room.settle(tx, repoId, wish.size);
    });
    await begin.catch(async (error: unknown) => {
      await store.abortParts({ id: partsId });
      throw error;
    });
    return session;
  }

  /** Takes a whole object. Throws the store's refusals, `upload.interrupted`, `repo.missing`, `quota.exceeded`. */
  async receive(
    link: Destination,
    sender: Sender,
    body: { source: ByteSource; signal: AbortSignal },
  ): Promise<void> {
    const { db, store, limits, room } = this.#deps;
    const { sha256, size } = link;
    if ((await new BlobReader(db).find(link.repoId, sha256)) === undefined)
      await room.expect(link.repoId, size);
    await store.put(body.source, { sha256, size, limit: limits.largeObject, signal: body.signal });
    await this.#register(link, sender);
  }

  /** How many bytes the part of a link has. Throws `upload.missing`. */
  async partLength(link: Link): Promise<number> {
    const { size, partSize } = await this.#getUpload(link);
    return partLength(size, partSize, link.part);
  }

  /** Takes one part. Throws `upload.missing` and the store's refusals. Returns the part's entity tag. */
  async receivePart(link: Link, body: { source: ByteSource; signal: AbortSignal }): Promise<string> {
    const upload = await this.#getUpload(link);
    const part = { number: link.part, source: body.source, signal: body.signal };
    return (await this.#deps.store.putPart(partsOf(upload), part)).etag;
  }

  /**
   * Makes the object of its parts. May be repeated. Throws `blob.digest-differs`, `upload.missing`, the store's
   * refusals, and what `receive` throws.
   */
  async complete(
    link: Link,
    sender: Sender,
    body: { sha256: string; parts: readonly ReceivedPart[]; signal: AbortSignal },
  ): Promise<void> {
    const { db, store } = this.#deps;
    if (body.sha256 !== link.sha256) throw blobDigestDiffers();
    // Asked again by a sender who missed the answer: the session is gone, the object is there.
    const before = await new BlobReader(db).find(link.repoId, link.sha256);
    if (before?.size === link.size && !(await this.#lostAmong([before])).has(link.sha256)) {
      await this.#dropNamed(link);
      return;
    }
    const upload = await this.#getUpload(link);
    const { parts, signal } = body;
    await store.completeParts(partsOf(upload), { parts, sha256: link.sha256, signal });
    await this.#register(link, sender, upload.id);
    await store.abortParts({ id: upload.partsId });
  }

  /** Whether the repository holds what the sender believes. Throws `blob.missing`, `blob.size-differs`. */
  async verify(link: Link, named: { sha256: string; size: number }): Promise<void> {
    if (named.sha256 !== link.sha256) throw blobDigestDiffers();
    const blob = await new BlobReader(this.#deps.db).find(link.repoId, link.sha256);
    if (blob === undefined) throw blobMissing(link.sha256);
    if (blob.size !== named.size) throw blobSizeDiffers(blob.size, named.size);
  }

  /** Forgets uploads in parts that nobody finished in time. Returns how many. */
  async dropExpired(): Promise<number> {
    return await this.#drop({ expiredAt: this.#deps.clock.now() });
  }

  /** Forgets the uploads in parts of a repository. */
  async dropOf(repoId: Id): Promise<number> {
    return await this.#drop({ repoId });
  }

  async #drop(of: { expiredAt: Date } | { repoId: Id }): Promise<number> {
    return await this.#forget(await new BlobReader(this.#deps.db).listUploads(of));
  }

  // Another sender has brought the object meanwhile: what this one sent is not needed any more.
  async #dropNamed({ repoId, upload }: Link): Promise<void> {
    const session = upload === '' ? undefined : await new BlobReader(this.#deps.db).findUpload(upload);
    if (session?.repoId === repoId) await this.#forget([session]);
  }

  /**
   * Does the work; where there is no room for it, forgets uploads in parts of the same objects that somebody broke off, and
   * tries once more: whoever begins again must not be in their own way. Those that still come stay: of two who send the same
   * object where there is room for one, the first ends it.
   */
  async #makingRoom<T>(repoId: Id, wishes: readonly BlobName[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isFault(error) || !WANT_OF_ROOM.includes(error.code)) throw error;
      const digests = wishes.map(({ sha256 }) => sha256);
      const before = await new BlobReader(this.#deps.db).listUploads({ repoId, digests });
      if ((await this.#forget(await this.#brokenOffAmong(before))) === 0) throw error;
      return await work();
    }
  }

  async #brokenOffAmong(sessions: readonly UploadSession[]): Promise<UploadSession[]> {
    const brokenOff: UploadSession[] = [];
    for (const session of sessions)
      if (!(await this.#deps.store.areLiveParts({ id: session.partsId }))) brokenOff.push(session);
    return brokenOff;
  }

  /** Those of the objects whose bytes are known to be damaged, or are not there. Files made of chunks are mended by these. */
  async #lostAmong(objects: readonly Blob[]): Promise<ReadonlySet<Sha256>> {
    const { db, store, damage } = this.#deps;
    const digests = objects.filter(({ xet }) => xet === undefined).map(({ sha256 }) => sha256);
    if (digests.length === 0) return new Set();
    const lost = new Set(await damage.among(db, digests));
    for (const digest of digests) if (!lost.has(digest) && !(await store.has(digest))) lost.add(digest);
    return lost;
  }

  async #forget(sessions: readonly UploadSession[]): Promise<number> {
    const { db, store } = this.#deps;
    for (const session of sessions) {
      await store.abortParts({ id: session.partsId });
      await db.transaction((tx) => new BlobWriter(tx).removeUpload(session.id));
    }
    return sessions.length;
  }

  // The link's signature binds all four; the row is what was begun. A link of one upload is worth nothing on another.
  async #getUpload(link: Link): Promise<UploadSession> {
    const upload =
      link.upload === '' ? undefined : await new BlobReader(this.#deps.db).findUpload(link.upload);
    if (upload === undefined || upload.expiresAt <= this.#deps.clock.now()) throw uploadMissing();
    if (upload.repoId !== link.repoId || upload.sha256 !== link.sha256 || upload.size !== link.size)
      throw uploadMissing();
    return upload;
  }

  async #register(link: Destination, sender: Sender, uploadId?: Id): Promise<void> {
    const { db, clock, store, backend, storage, damage } = this.#deps;
    const { repoId, sha256, size } = link;
    const registering = db.transaction(async (tx) => {
      const writer = new BlobWriter(tx);
      await writer.lockBytes([sha256]);
      // Between the end of the upload and this lock the bytes may have been removed as another repository's last.
      if (!(await store.has(sha256))) throw uploadInterrupted();
      await storage.lock(tx, repoId);
      if (uploadId !== undefined) await writer.removeUpload(uploadId);
      const to = { repoId, backend, sender, storage, at: clock.now() };
      await registerObjects(tx, [{ sha256, size }], to);
      // They were verified, and lie where the damaged ones lay.
      await damage.mended(tx, sha256);
    });
    await registering.catch(async (error: unknown) => {
      // Refused bytes do not wait for the collection: many of them would fill the disk until then.
      if (isFault(error, 'quota.exceeded')) await removeUnheld({ db, store }, sha256);
      throw error;
    });
  }
}

/** An object whose bytes are here and were verified. */
export type NewObject = BlobName & { readonly xet?: XetName };

/** Who gave objects to which repository. */
export interface Registration {
  readonly repoId: Id;
  readonly backend: string;
  readonly sender: Sender;
  readonly storage: RepoStorage;
  readonly at: Date;
}

/** Objects in one entry of the ledger. */
const OBJECTS_RECORDED = 500;

/**
 * Gives a repository objects: rows, count of bytes, ledger entries. The repository is locked by the caller. Returns how
 * many were new to the repository.
 */
export async function registerObjects(
  tx: Tx,
  objects: readonly NewObject[],
  to: Registration,
): Promise<number> {
  const { repoId, backend, storage, at } = to;
  const { actor, address } = to.sender;
  const pusherId = actor.kind === 'user' ? actor.userId : null;
  const added = await new BlobWriter(tx).insert(objects, { repoId, backend, pusherId, pushedAt: at });
  if (added.length === 0) return 0;
  await storage.add(
    tx,
    repoId,
    added.reduce((sum, { size }) => sum + size, 0),
  );
  for (let start = 0; start < added.length; start += OBJECTS_RECORDED)
    await record(tx, {
      kind: 'upload.stored',
      subject: `repo:${repoId}`,
      ...referencesOf(actor),
      body: {
        objects: added.slice(start, start + OBJECTS_RECORDED).map(({ sha256, size }) => ({ sha256, size })),
      },
      personal: { address },
    });
  return added.length;
}

/**
 * Whether an upload takes no room of a quota: what mends an object that the repository holds was counted when it came first.
 * A second one of the same object counts, or one damaged object would be worth any number of them.
 */
async function mendsAlone(blobs: BlobReader, { repoId, sha256 }: UploadSession): Promise<boolean> {
  if ((await blobs.find(repoId, sha256)) === undefined) return false;
  return (await blobs.listUploads({ repoId, digests: [sha256] })).length === 0;
}

function isToCome(plan: UploadPlan | undefined): boolean {
  return plan?.way === 'whole' || plan?.way === 'parts';
}

function partsOf(upload: UploadSession): { id: string; size: number; partSize: number } {
  return { id: upload.partsId, size: upload.size, partSize: upload.partSize };
}
