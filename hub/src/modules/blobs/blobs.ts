// The large objects of repositories once they are stored: listed, opened, given to another repository, removed.
// Invariant: bytes go only when no repository holds them any more, and while nobody can begin to.
import { type Clock } from '@holdfast/kernel/clock';
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { decodeCursor, encodeCursor, type Page, type Position } from '@holdfast/kernel/page';
import { type ObjectStore, type OpenObject } from '@holdfast/platform/objects/store';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { referencesOf, type Actor } from '#modules/access';
import { record, recordCopied } from '#modules/ledger';
import { blobMissing, cursorInvalid } from './faults.ts';
import { type Blob } from './model.ts';
import { BlobReader, BlobWriter, type BlobPlace } from './store.ts';
import { removeUnheld } from './unheld.ts';
import { type RepoStorage } from './uploads.ts';

/** What the objects need. */
export interface BlobsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly store: ObjectStore;
  readonly storage: RepoStorage;
  readonly assembled: Assembled;
  readonly named: NamedObjects;
}

/** Who knows which objects the history of a repository names. */
export interface NamedObjects {
  /** Those of the digests that a file of a commit points to. */
  among(repoId: Id, digests: readonly Sha256[]): Promise<ReadonlySet<Sha256>>;
}

/**
 * Who asks for objects by their digest: readers see what a commit names. What waits for its commit, or was never
 * committed, is for those who may write: it may be anything, and was published to nobody.
 */
export interface Viewer {
  readonly repoId: Id;
  readonly mayWrite: boolean;
}

/** Who puts objects together that the store does not have as they are. */
export interface Assembled {
  /** Opens the bytes of an object with a `xet` name. */
  open(blob: Blob): Promise<OpenObject>;
}

/** An object that is asked for and was not there. */
export interface FailedCopy {
  readonly sha256: string;
  readonly error: string;
}

const DAY_MS = 24 * 3_600_000;
const ERASE_BATCH = 500;

/** The large objects of all repositories. Whether the caller may is decided before. */
export class Blobs {
  readonly #deps: BlobsDeps;

  constructor(deps: BlobsDeps) {
    this.#deps = deps;
  }

  /** The object, if the repository itself holds it. */
  async find(repoId: Id, sha256: Sha256): Promise<Blob | undefined> {
    return await new BlobReader(this.#deps.db).find(repoId, sha256);
  }

  /** Those of the digests that the repository holds. */
  async findMany(repoId: Id, digests: readonly Sha256[]): Promise<Map<Sha256, Blob>> {
    return await new BlobReader(this.#deps.db).findMany(repoId, digests);
  }

  /** The object of a repository. Throws `blob.missing`. */
  async get(repoId: Id, sha256: Sha256): Promise<Blob> {
    const blob = await this.find(repoId, sha256);
    if (blob === undefined) throw blobMissing(sha256);
    return blob;
  }

  /** Those of the digests that the repository holds for this viewer. */
  async findSeen({ repoId, mayWrite }: Viewer, digests: readonly Sha256[]): Promise<Map<Sha256, Blob>> {
    const held = await this.findMany(repoId, digests);
    if (mayWrite || held.size === 0) return held;
    const named = await this.#deps.named.among(repoId, [...held.keys()]);
    return new Map([...held].filter(([sha256]) => named.has(sha256)));
  }

  /** The object, if this viewer sees it. Throws `blob.missing`. */
  async getSeen(viewer: Viewer, sha256: Sha256): Promise<Blob> {
    const blob = (await this.findSeen(viewer, [sha256])).get(sha256);
    if (blob === undefined) throw blobMissing(sha256);
    return blob;
  }

  /** The object that is made of this Xet file, if this viewer sees it. Throws `blob.missing`. */
  async getSeenByXet(viewer: Viewer, hash: string): Promise<Blob> {
    const { db, named } = this.#deps;
    const blob = await new BlobReader(db).findByXet(viewer.repoId, hash);
    if (blob === undefined) throw blobMissing(hash);
    const isSeen = viewer.mayWrite || (await named.among(viewer.repoId, [blob.sha256])).has(blob.sha256);
    if (!isSeen) throw blobMissing(hash);
    return blob;
  }

  /** Opens the bytes of an object that was found in a repository. Throws `object.missing`. */
  async open(blob: Blob): Promise<OpenObject> {
    const { store, assembled } = this.#deps;
    return await (blob.xet === undefined ? store.open(blob.sha256) : assembled.open(blob));
  }

  /** One page of a repository's objects, newest first. Throws `blob.cursor-invalid`. */
  async list(repoId: Id, limit: number, cursor?: string): Promise<Page<Blob>> {
    const from = cursor === undefined ? undefined : positionOf(cursor);
    const rows = await new BlobReader(this.#deps.db).list(repoId, from, limit + 1);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    if (rows.length <= limit || last === undefined) return { items };
    return { items, next: encodeCursor({ value: last.pushedAt.toISOString(), id: last.sha256 }) };
  }

  /**
   * Gives a repository objects of another. Both rights were checked. Returns what no commit of the source points to: to
   * one who only reads there it is the same as what is not there. The others stay until they can have been committed.
   */
  async copyBetween(
    actor: Actor,
    repos: { readonly from: Id; readonly to: Id; readonly readIsRecorded: boolean },
    digests: readonly string[],
  ): Promise<FailedCopy[]> {
    const { db, storage, clock } = this.#deps;
    const asked = digests.map(parseSha256).filter((digest) => digest !== undefined);
    const wanted = [...(await this.findMany(repos.from, asked)).keys()];
    const copy = async (tx: Tx): Promise<readonly Sha256[]> => {
      const writer = new BlobWriter(tx);
      await writer.lockBytes(wanted);
      await storage.lock(tx, repos.to);
      // Sent now, however old it is there: no sweep takes it before its commit comes.
      const pushedAt = clock.now();
      const { found, bytes } = await writer.copy(repos.from, repos.to, { digests: wanted, pushedAt });
      if (found.length === 0) return found;
      await writer.noteNamed(repos.to, found, pushedAt);
      await storage.add(tx, repos.to, bytes);
      await record(tx, {
        kind: 'upload.copied',
        subject: `repo:${repos.to}`,
        ...referencesOf(actor),
        body: { from: repos.from, objects: found.length, bytes },
      });
      if (repos.readIsRecorded)
        await recordCopied(tx, referencesOf(actor), { from: repos.from, to: repos.to, revision: '' });
      return found;
    };
    const found = new Set<string>(wanted.length === 0 ? [] : await db.transaction(copy));
    return digests
      .filter((digest) => !found.has(digest))
      .map((sha256) => ({ sha256, error: 'not found in the source repository' }));
  }

  /** Takes objects from a repository for good. Returns those it had. */
  async remove(actor: Actor, repoId: Id, digests: readonly Sha256[]): Promise<Blob[]> {
    return await this.#deps.db.transaction((tx) => this.removeWithin(tx, actor, { repoId, digests }));
  }

  /** The same in the transaction of whoever asks; the bytes go once it has committed. */
  async removeWithin(
    tx: Tx,
    actor: Actor,
    { repoId, digests }: { readonly repoId: Id; readonly digests: readonly Sha256[] },
  ): Promise<Blob[]> {
    const { storage } = this.#deps;
    await storage.lock(tx, repoId);
    const gone = await new BlobWriter(tx).remove(repoId, digests);
    if (gone.length === 0) return gone;
    await storage.add(tx, repoId, -gone.reduce((sum, blob) => sum + blob.size, 0));
    await record(tx, {
      kind: 'upload.removed',
      subject: `repo:${repoId}`,
      ...referencesOf(actor),
      body: { objects: gone.map((blob) => blob.sha256) },
    });
    tx.afterCommit(async () => {
      for (const { sha256 } of gone) await removeUnheld(this.#deps, sha256);
    });
    return gone;
  }

  /** Removes all objects of a deleted repository, a batch at a time, so that a crash loses only the place. */
  async eraseOf(repoId: Id, signal?: AbortSignal): Promise<void> {
    const { db } = this.#deps;
    while (signal?.aborted !== true) {
      const batch = await new BlobReader(db).list(repoId, undefined, ERASE_BATCH);
      if (batch.length === 0) return;
      const digests = batch.map((blob) => blob.sha256);
      await db.transaction((tx) => new BlobWriter(tx).remove(repoId, digests));
      for (const digest of digests) await removeUnheld(this.#deps, digest);
    }
  }

  /** Removes bytes that came in but belong to no repository, because a crash came between. Returns how many. */
  async collect(signal?: AbortSignal): Promise<number> {
    const { store, clock } = this.#deps;
    const before = clock.now().getTime() - DAY_MS;
    await store.sweep(new Date(before - DAY_MS));
    let removed = 0;
    for await (const { sha256, storedAt } of store.list()) {
      if (signal?.aborted === true) break;
      if (storedAt.getTime() < before && (await removeUnheld(this.#deps, sha256))) removed += 1;
    }
    return removed;
  }
}

/** Objects that are summed or copied in one statement. */
const COPY_BATCH = 10_000;

/**
 * Gives a new repository these objects of another, as far as a commit points to them, in the transaction that makes it.
 * Returns their bytes.
 */
export async function copyObjects(
  tx: Tx,
  { from, to }: { readonly from: Id; readonly to: Id },
  digests: readonly Sha256[],
): Promise<number> {
  const writer = new BlobWriter(tx);
  let bytes = 0;
  for (let start = 0; start < digests.length; start += COPY_BATCH)
    bytes += (await writer.copy(from, to, { digests: digests.slice(start, start + COPY_BATCH) })).bytes;
  return bytes;
}

/** Bytes of those of these objects that a repository holds. */
export async function sumSizes(db: Db, repoId: Id, digests: readonly Sha256[]): Promise<number> {
  let bytes = 0;
  for (let start = 0; start < digests.length; start += COPY_BATCH)
    bytes += await new BlobReader(db).sumSizes(repoId, digests.slice(start, start + COPY_BATCH));
  return bytes;
}

/** Those of the digests that a repository holds, as a transaction sees them. */
export async function findObjects(
  db: Db | Tx,
  repoId: Id,
  digests: readonly Sha256[],
): Promise<Map<Sha256, Blob>> {
  return await new BlobReader(db).findMany(repoId, digests);
}

/** Says where a commit put objects, in its transaction. */
export async function placeObjects(tx: Tx, repoId: Id, places: readonly BlobPlace[]): Promise<void> {
  await new BlobWriter(tx).place(repoId, places);
}

function positionOf(cursor: string): Position {
  const position = decodeCursor(cursor);
  if (position === undefined || parseSha256(position.id) === undefined) throw cursorInvalid();
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(position.value))) throw cursorInvalid();
  return position;
}
