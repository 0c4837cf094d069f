// The only file that speaks SQL about objects and uploads.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Position } from '@holdfast/kernel/page';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Blob, type BlobName, type UploadSession, type XetName } from './model.ts';
import { type BlobTables } from './tables.ts';

/** Where a commit put an object. */
export interface BlobPlace {
  readonly sha256: Sha256;
  readonly path: string;
  readonly ref: string;
}

/** What was copied to a repository. */
export interface CopiedObjects {
  /** What the source had; the repository has it now. */
  readonly found: readonly Sha256[];
  /** Bytes that are new to it. */
  readonly bytes: number;
}

/** Reads which objects a repository holds. */
export class BlobReader {
  protected readonly db: Kysely<BlobTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<BlobTables>();
  }

  async find(repoId: Id, sha256: Sha256): Promise<Blob | undefined> {
    const row = await this.db
      .selectFrom('blobs.object')
      .selectAll()
      .where('repo_id', '=', repoId)
      .where('sha256', '=', sha256)
      .executeTakeFirst();
    return row && toBlob(row);
  }

  /** The object of a repository that is made of this file. */
  async findByXet(repoId: Id, hash: string): Promise<Blob | undefined> {
    const row = await this.db
      .selectFrom('blobs.object')
      .selectAll()
      .where('repo_id', '=', repoId)
      .where('xet_hash', '=', hash)
      .limit(1)
      .executeTakeFirst();
    return row && toBlob(row);
  }

  /** Those of the digests that the repository holds. */
  async findMany(repoId: Id, digests: readonly Sha256[]): Promise<Map<Sha256, Blob>> {
    if (digests.length === 0) return new Map();
    const rows = await this.db
      .selectFrom('blobs.object')
      .selectAll()
      .where('repo_id', '=', repoId)
      .where(sql<boolean>`sha256 = any(${digests}::text[])`)
      .execute();
    return new Map(rows.map((row) => [row.sha256, toBlob(row)]));
  }

  /** Up to `limit` objects of a repository, newest first, beyond a position. */
  async list(repoId: Id, from: Position | undefined, limit: number): Promise<Blob[]> {
    let query = this.db.selectFrom('blobs.object').selectAll().where('repo_id', '=', repoId);
    if (from !== undefined)
      query = query.where(
        sql<boolean>`(pushed_at, sha256) < (${String(from.value)}::timestamptz, ${from.id})`,
      );
    const rows = await query.orderBy('pushed_at', 'desc').orderBy('sha256', 'desc').limit(limit).execute();
    return rows.map(toBlob);
  }

  /** Bytes of those of these objects that a repository holds. */
  async sumSizes(repoId: Id, digests: readonly Sha256[]): Promise<number> {
    const { rows } = await sql<{ bytes: number }>`
      select coalesce(sum(size), 0)::bigint as bytes from blobs.object
       where repo_id = ${repoId} and sha256 = any(${digests}::text[])`.execute(this.db);
    return rows[0]?.bytes ?? 0;
  }

  async findUpload(id: Id): Promise<UploadSession | undefined> {
    const row = await this.db.selectFrom('blobs.upload').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toUpload(row);
  }

  /** Uploads in parts of a repository that can still be finished. */
  async countUploads(repoId: Id, now: Date): Promise<number> {
    const row = await this.db
      .selectFrom('blobs.upload')
      .select(sql<number>`count(*)`.as('n'))
      .where('repo_id', '=', repoId)
      .where('expires_at', '>', now)
      .executeTakeFirst();
    return row?.n ?? 0;
  }

  /** Uploads in parts whose time is over, or of a repository: all, or of these objects. */
  async listUploads(
    of: { readonly expiredAt: Date } | { readonly repoId: Id; readonly digests?: readonly Sha256[] },
  ): Promise<UploadSession[]> {
    let query = this.db.selectFrom('blobs.upload').selectAll().limit(500);
    if ('expiredAt' in of) query = query.where('expires_at', '<=', of.expiredAt);
    else query = query.where('repo_id', '=', of.repoId);
    if ('digests' in of) query = query.where(sql<boolean>`sha256 = any(${of.digests}::text[])`);
    return (await query.execute()).map(toUpload);
  }
}

/** Changes which objects a repository holds, in the transaction that records the change. */
export class BlobWriter extends BlobReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /**
   * Keeps the bytes of these digests from being removed, or counted as unused, by anyone else until the transaction
   * ends. Taken in one order, so that two of these never wait for each other.
   */
  async lockBytes(digests: readonly Sha256[]): Promise<void> {
    for (const digest of [...new Set(digests)].sort())
      await sql`select pg_advisory_xact_lock(('x' || ${digest.slice(0, 16)})::bit(64)::bigint)`.execute(
        this.db,
      );
  }

  /** Adds objects to a repository. Returns those that it did not have yet. */
  async insert(
    objects: readonly (BlobName & { readonly xet?: XetName })[],
    to: {
      readonly repoId: Id;
      readonly backend: string;
      readonly pusherId: Id | null;
      readonly pushedAt: Date;
    },
  ): Promise<BlobName[]> {
    const { rows } = await sql<BlobName>`
      insert into blobs.object (repo_id, backend, pusher_id, pushed_at, sha256, size, xet_scope, xet_hash)
      select ${to.repoId}, ${to.backend}, ${to.pusherId}, ${to.pushedAt}, o.* from unnest(
        ${objects.map(({ sha256 }) => sha256)}::text[], ${objects.map(({ size }) => size)}::bigint[],
        ${objects.map(({ xet }) => xet?.scopeId ?? null)}::text[],
        ${objects.map(({ xet }) => xet?.hash ?? null)}::text[]) as o
      on conflict do nothing returning sha256, size`.execute(this.db);
    return rows.map(({ sha256, size }) => ({ sha256, size }));
  }

  /**
   * Notes that somebody was told that these need not be sent, as far as the repository holds them: they are to stay
   * until that somebody has committed them. Once a day is enough.
   */
  async noteNamed(repoId: Id, digests: readonly Sha256[], now: Date): Promise<void> {
    await sql`update blobs.object set named_at = ${now}
      where repo_id = ${repoId} and sha256 = any(${digests}::text[])
        and greatest(pushed_at, named_at) < ${now}::timestamptz - interval '1 day'`.execute(this.db);
  }

  /** Says where a commit put objects. */
  async place(repoId: Id, places: readonly BlobPlace[]): Promise<void> {
    if (places.length === 0) return;
    await sql`update blobs.object o set path = p.path, ref = p.ref
      from unnest(${places.map((one) => one.sha256)}::text[], ${places.map((one) => one.path)}::text[],
        ${places.map((one) => one.ref)}::text[]) as p (sha256, path, ref)
      where o.repo_id = ${repoId} and o.sha256 = p.sha256`.execute(this.db);
  }

  /**
   * Gives one repository these objects of another, as far as a file of a commit there points to them. What
   * none does is for those who may write there, and a copy may be anyone's who reads. `pushedAt` is when they count as
   * sent, where that is not when the other got them. The other one's are held meanwhile: were they removed, there would be
   * a moment in which nobody seems to have them.
   */
  async copy(
    fromId: Id,
    toId: Id,
    of: { readonly digests: readonly Sha256[]; readonly pushedAt?: Date },
  ): Promise<CopiedObjects> {
    const pushedAt = of.pushedAt === undefined ? sql`pushed_at` : sql`${of.pushedAt}::timestamptz`;
    const { rows } = await sql<CopiedObjects>`
      with source as (
        select * from blobs.object o where repo_id = ${fromId} and sha256 = any(${of.digests}::text[])
          and exists (select from git.object g where g.repo_id = o.repo_id and g.lfs_sha256 = o.sha256)
        for share of o),
      added as (
        insert into blobs.object
          (repo_id, sha256, size, backend, pushed_at, pusher_id, path, ref, xet_scope, xet_hash)
        select ${toId}, sha256, size, backend, ${pushedAt}, pusher_id, path, ref, xet_scope, xet_hash from source
        on conflict do nothing returning size)
      select (select coalesce(array_agg(sha256), '{}') from source) as found,
        (select coalesce(sum(size), 0) from added)::bigint as bytes`.execute(this.db);
    return rows[0] ?? { found: [], bytes: 0 };
  }

  /** Takes objects from a repository; returns those it had. */
  async remove(repoId: Id, digests: readonly Sha256[]): Promise<Blob[]> {
    const rows = await this.db
      .deleteFrom('blobs.object')
      .where('repo_id', '=', repoId)
      .where(sql<boolean>`sha256 = any(${digests}::text[])`)
      .returningAll()
      .execute();
    return rows.map(toBlob);
  }

  /** Whether any repository holds the object in the store under this digest. */
  async isHeld(sha256: Sha256): Promise<boolean> {
    const row = await this.db
      .selectFrom('blobs.object')
      .select('sha256')
      .where('sha256', '=', sha256)
      .where('xet_hash', 'is', null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async insertUpload(upload: UploadSession, begunAt: Date): Promise<void> {
    await this.db
      .insertInto('blobs.upload')
      .values({
        id: upload.id,
        repo_id: upload.repoId,
        sha256: upload.sha256,
        size: upload.size,
        part_size: upload.partSize,
        parts_id: upload.partsId,
        begun_at: begunAt,
        expires_at: upload.expiresAt,
      })
      .execute();
  }

  async removeUpload(id: Id): Promise<void> {
    await this.db.deleteFrom('blobs.upload').where('id', '=', id).execute();
  }
}

function toBlob(row: BlobTables['blobs.object']): Blob {
  const { xet_scope: scopeId, xet_hash: hash } = row;
  return {
    xet: scopeId === null || hash === null ? undefined : { scopeId, hash },
    repoId: row.repo_id,
    sha256: row.sha256,
    size: row.size,
    pushedAt: row.pushed_at,
    pusherId: row.pusher_id,
    path: row.path,
    ref: row.ref,
  };
}

function toUpload(row: BlobTables['blobs.upload']): UploadSession {
  return {
    id: row.id,
    repoId: row.repo_id,
    sha256: row.sha256,
    size: row.size,
    partSize: row.part_size,
    partsId: row.parts_id,
    expiresAt: row.expires_at,
  };
}
