// Reads objects by id. What cannot be found although something points to it is a bug, not a refusal.
import { sql, type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { KiB, MiB } from '@holdfast/kernel/size';
import { YoungGarbage } from '@holdfast/platform/young-garbage';
import { type ObjectCache } from '../object-cache.ts';
import { type ObjectKind } from '../object.ts';
import { type BlobFacts } from '../model.ts';
import { parseTree, type TreeEntry } from '../tree-object.ts';
import { type GitTables } from '../tables.ts';

/** Bytes of a blob that are asked for at once. */
const SLICE = 512 * KiB;
/** A row arrives as hex, and is three times its size while it is decoded. */
const AS_HEX = 3;
/** Blobs up to this size are kept in the cache. */
export const MAX_CACHED_BLOB = 256 * KiB;
/** Ids in one question. */
const BATCH = 500;
/** Bytes of bodies that are read together. */
const BODIES = 2 * MiB;

/** Reads the objects of one repository. */
export class ObjectReader {
  readonly #db: Kysely<GitTables>;
  readonly #repoId: Id;
  readonly #cache: ObjectCache | undefined;

  constructor(db: Kysely<GitTables>, repoId: Id, cache: ObjectCache | undefined) {
    this.#db = db;
    this.#repoId = repoId;
    this.#cache = cache;
  }

  /** The entries of a folder. */
  async readTree(oid: Sha1): Promise<readonly TreeEntry[]> {
    const cached = this.#cache?.findTree(this.#repoId, oid);
    if (cached !== undefined) return cached;
    return (await this.readTrees([oid])).get(oid) ?? this.#absent(oid);
  }

  /** The entries of many folders, in a few questions. */
  async readTrees(oids: readonly Sha1[]): Promise<Map<Sha1, readonly TreeEntry[]>> {
    const trees = new Map<Sha1, readonly TreeEntry[]>();
    const wanted = new Set<Sha1>();
    for (const oid of oids) {
      const cached = this.#cache?.findTree(this.#repoId, oid);
      if (cached === undefined) wanted.add(oid);
      else trees.set(oid, cached);
    }
    for (const batch of batches([...wanted])) {
      const rows = await this.#rows(batch).select(['oid', 'bytes']).where('kind', '=', 'tree').execute();
      for (const { oid, bytes } of rows) {
        const entries = parseTree(bytes);
        trees.set(oid, entries);
        this.#cache?.keepTree(this.#repoId, oid, entries);
      }
    }
    return trees;
  }

  /** What is known of blobs without reading them. */
  async readFacts(oids: readonly Sha1[]): Promise<Map<Sha1, BlobFacts>> {
    const facts = new Map<Sha1, BlobFacts>();
    const wanted = new Set<Sha1>();
    for (const oid of oids) {
      const cached = this.#cache?.findFacts(this.#repoId, oid);
      if (cached === undefined) wanted.add(oid);
      else facts.set(oid, cached);
    }
    for (const batch of batches([...wanted])) {
      const rows = await this.#rows(batch).select(['oid', 'size', 'lfs_sha256', 'lfs_size']).execute();
      for (const row of rows) {
        const lfs = row.lfs_sha256 === null ? undefined : { oid: row.lfs_sha256, size: row.lfs_size ?? 0 };
        facts.set(row.oid, { size: row.size, lfs });
        this.#cache?.keepFacts(this.#repoId, row.oid, { size: row.size, lfs });
      }
    }
    return facts;
  }

  /** All bytes of a blob, or `undefined` when there is no such blob or it has more than `limit` bytes. */
  async findBlob(oid: Sha1, limit: number): Promise<Buffer | undefined> {
    const cached = this.#cache?.findBlob(this.#repoId, oid);
    if (cached !== undefined) return cached.length > limit ? undefined : cached;
    const first = await this.#slice(oid, 0);
    if (first === undefined || first.kind !== 'blob' || first.size > limit) return undefined;
    if (first.size <= SLICE) {
      if (first.size <= MAX_CACHED_BLOB) this.#cache?.keepBlob(this.#repoId, oid, first.bytes);
      return first.bytes;
    }
    const bytes = Buffer.allocUnsafe(first.size);
    first.bytes.copy(bytes);
    for (let at = first.bytes.length; at < bytes.length;) {
      const next = (await this.#slice(oid, at)) ?? this.#absent(oid);
      at += next.bytes.copy(bytes, at);
    }
    return bytes;
  }

  /** A part of a blob, from `start` up to, but without, `end`, in slices. */
  async *readSlices(
    oid: Sha1,
    range: { readonly start: number; readonly end: number },
  ): AsyncGenerator<Buffer> {
    const garbage = new YoungGarbage();
    for (let at = range.start; at < range.end;) {
      const { bytes } = (await this.#slice(oid, at)) ?? this.#absent(oid);
      if (bytes.length === 0) throw new Error(`git blob ${oid} has less than ${range.end} bytes`);
      yield bytes.subarray(0, range.end - at);
      at += bytes.length;
      garbage.add(bytes.length * AS_HEX);
    }
  }

  /** All bytes of an object of any kind. */
  async findObject(oid: Sha1): Promise<{ kind: ObjectKind; bytes: Buffer } | undefined> {
    return await this.#rows([oid]).select(['kind', 'bytes']).executeTakeFirst();
  }

  /** The bodies of many objects in the order of their ids, a few at a time, so that memory stays bounded. */
  async *readBodies(oids: readonly Sha1[]): AsyncGenerator<{ readonly oid: Sha1; readonly bytes: Buffer }> {
    for (const batch of batches(oids)) {
      const rows = await this.#rows(batch).select(['oid', 'size']).execute();
      const sizes = new Map(rows.map(({ oid, size }) => [oid, size]));
      for (const group of groupsOf(batch, (oid) => sizes.get(oid) ?? 0)) {
        const found = await this.#rows(group).select(['oid', 'bytes']).execute();
        const bodies = new Map(found.map(({ oid, bytes }) => [oid, bytes]));
        for (const oid of group) yield { oid, bytes: bodies.get(oid) ?? this.#absent(oid) };
      }
    }
  }

  async #slice(
    oid: Sha1,
    at: number,
  ): Promise<{ kind: ObjectKind; size: number; bytes: Buffer } | undefined> {
    return await this.#rows([oid])
      .select([
        'kind',
        'size',
        sql<Buffer>`substring(bytes from ${at + 1}::int for ${SLICE}::int)`.as('bytes'),
      ])
      .executeTakeFirst();
  }

  #rows(oids: readonly Sha1[]) {
    const rows = this.#db.selectFrom('git.object').where('repo_id', '=', this.#repoId);
    const [only] = oids;
    if (only !== undefined && oids.length === 1) return rows.where('oid', '=', only);
    return rows.where(sql<boolean>`oid = any(${oids}::text[])`);
  }

  #absent(oid: Sha1): never {
    throw new Error(`git object ${oid} of repository ${this.#repoId} is not there`);
  }
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += BATCH) yield items.slice(at, at + BATCH);
}

/** The items in groups of about as many bytes as are read together (2 MiB), or of one that has more. */
export function* groupsOf<T>(items: readonly T[], sizeOf: (item: T) => number): Generator<readonly T[]> {
  let group: T[] = [];
  let bytes = 0;
  for (const item of items) {
    group.push(item);
    bytes += sizeOf(item);
    if (bytes < BODIES) continue;
    yield group;
    [group, bytes] = [[], 0];
  }
  if (group.length > 0) yield group;
}
