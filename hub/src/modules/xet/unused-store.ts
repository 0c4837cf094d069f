// Removes files that no repository has, xorbs that no file needs, and finds packs that are no xorb's. Locks are taken in
// one order by all who need several: xorbs by hash, then the file; whoever registers a file does the same.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type XetHash } from './format/xet-hash.ts';
import { type XetTables } from './tables.ts';

/** A file or a xorb of a scope. */
export interface ScopedName {
  readonly scopeId: Id;
  readonly hash: XetHash;
}

/** A xorb that was removed. */
export interface RemovedXorb {
  readonly pack: Sha256;
  readonly packedSize: number;
}

interface NameRow {
  readonly scope_id: Id;
  readonly hash: XetHash;
}

/** Up to `limit` files beyond a position that no repository has and that nobody registered since `before`. */
export async function listUnheldFiles(
  db: Db,
  at: { readonly before: Date; readonly after: ScopedName | undefined; readonly limit: number },
): Promise<ScopedName[]> {
  const { rows } = await sql<NameRow>`
    select f.scope_id, f.hash from xet.file f
     where f.stored_at < ${at.before}
       and (f.scope_id, f.hash) > (${at.after?.scopeId ?? ''}, ${at.after?.hash ?? ''})
       and not exists (select from blobs.object o where o.xet_scope = f.scope_id and o.xet_hash = f.hash)
     order by f.scope_id, f.hash limit ${at.limit}`.execute(tablesOf(db));
  return rows.map(toName);
}

/** Removes a file, unless a repository has it by now or is about to. Its xorbs are needed from `now` on by nobody. */
export async function removeUnheldFile(tx: Tx, file: ScopedName, now: Date): Promise<boolean> {
  const db = tablesOf(tx);
  const { scopeId, hash } = file;
  // Against those who hold one of them for a file of theirs: whether a xorb stays used is asked when they are done.
  const xorbs = await sql<{ hash: XetHash }>`
    select x.hash from xet.xorb x
     where x.scope_id = ${scopeId}
       and x.hash = any(array(select xorb_hash from xet.use where scope_id = ${scopeId} and file_hash = ${hash}))
     order by x.hash for update`.execute(db);
  const held = await sql`select from xet.file where scope_id = ${scopeId} and hash = ${hash}
    for update skip locked`.execute(db);
  if (held.rows.length === 0) return false;
  // A question of its own: it sees what was committed while the locks were waited for.
  const gone = await sql`delete from xet.file where scope_id = ${scopeId} and hash = ${hash}
    and not exists (select from blobs.object where xet_scope = ${scopeId} and xet_hash = ${hash})`.execute(
    db,
  );
  if ((gone.numAffectedRows ?? 0n) === 0n) return false;
  await sql`update xet.xorb x set used = false, needed_at = ${now}
    where x.scope_id = ${scopeId} and x.hash = any(${xorbs.rows.map((row) => row.hash)}::text[])
      and not exists (select from xet.use u where u.scope_id = x.scope_id and u.xorb_hash = x.hash)`.execute(
    db,
  );
  return true;
}

/** When xorbs that no file needs may go. */
export interface XorbGraces {
  /** Those that a client may still name. */
  readonly before: Date;
  /** Those of a repository that is gone: nobody can name them any more. */
  readonly endedBefore: Date;
}

/** Removes up to `limit` xorbs that no file needs, and that nobody holds at the moment. */
export async function removeUnusedXorbs(tx: Tx, graces: XorbGraces, limit: number): Promise<RemovedXorb[]> {
  const { rows } = await sql<{ pack: Sha256; packed_size: number }>`
    delete from xet.xorb d using (
      select x.scope_id, x.hash from xet.xorb x
       where not x.used and x.needed_at < ${graces.endedBefore}
         and (x.needed_at < ${graces.before}
           or exists (select from repos.repo r where r.id = x.scope_id and r.deleted_at is not null))
         and not exists (select from xet.use u where u.scope_id = x.scope_id and u.xorb_hash = x.hash)
       limit ${limit} for update of x skip locked) gone
     where d.scope_id = gone.scope_id and d.hash = gone.hash
    returning d.pack, d.packed_size`.execute(tablesOf(tx));
  return rows.map((row) => ({ pack: row.pack, packedSize: row.packed_size }));
}

/** Those of the packs that some scope has as a xorb. */
export async function findNeededPacks(db: Db, packs: readonly Sha256[]): Promise<ReadonlySet<Sha256>> {
  const { rows } = await sql<{ pack: Sha256 }>`
    select distinct pack from xet.xorb where pack = any(${packs}::text[])`.execute(tablesOf(db));
  return new Set(rows.map((row) => row.pack));
}

function tablesOf(db: Db | Tx): Kysely<XetTables> {
  return db.withTables<XetTables>();
}

function toName(row: NameRow): ScopedName {
  return { scopeId: row.scope_id, hash: row.hash };
}
