// Questions that compare what several modules say of the same thing.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type StoredKind } from './model.ts';

/** A repository to look through. */
export interface Checked {
  readonly id: Id;
  readonly name: string;
}

/** The first repositories behind one, by id. */
export async function listChecked(db: Db, after: Id | ''): Promise<Checked[]> {
  const { rows } = await sql<Checked>`
    select id, type || 's/' || namespace || '/' || name as name from repos.repo
     where deleted_at is null and id > ${after} order by id limit 100`.execute(tablesOf(db));
  return rows;
}

/** What is counted for a repository, and what it has, in bytes, at one moment. `undefined` once it is deleted. */
export async function compareCounter(
  db: Db,
  id: Id,
): Promise<{ readonly counted: number; readonly held: number } | undefined> {
  const { rows } = await sql<{ counted: number; held: number }>`
    select used_storage as counted,
        ((select coalesce(sum(size), 0) from git.object where repo_id = ${id})
       + (select coalesce(sum(size), 0) from blobs.object where repo_id = ${id}))::bigint as held
      from repos.repo where id = ${id} and deleted_at is null`.execute(tablesOf(db));
  return rows[0];
}

/** The objects of a repository whose file of chunks is not there, or has another size. */
export async function listFileless(db: Db, repoId: Id): Promise<Sha256[]> {
  const { rows } = await sql<{ sha256: Sha256 }>`
    select o.sha256 from blobs.object o
      left join xet.file f on f.scope_id = o.xet_scope and f.hash = o.xet_hash
     where o.repo_id = ${repoId} and o.xet_hash is not null and f.size is distinct from o.size
     limit 1000`.execute(tablesOf(db));
  return rows.map((row) => row.sha256);
}

/** Which sizes are on record for objects or packs behind a name; in order. */
export async function listRecorded(
  db: Db,
  kind: StoredKind,
  after: string,
): Promise<{ readonly name: Sha256; readonly size: number }[]> {
  const { rows } = await (
    kind === 'object'
      ? sql<{ name: Sha256; size: number }>`select sha256 as name, max(size) as size from blobs.object
          where sha256 > ${after} and xet_hash is null group by sha256 order by 1 limit 500`
      : sql<{ name: Sha256; size: number }>`select pack as name, max(packed_size) as size from xet.xorb
          where pack > ${after} group by pack order by 1 limit 500`
  ).execute(tablesOf(db));
  return rows;
}

function tablesOf(db: Db): Kysely<Record<never, never>> {
  return db.withTables<Record<never, never>>();
}
