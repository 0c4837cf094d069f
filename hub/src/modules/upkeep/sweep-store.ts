// Finds large objects that nothing in their repository points to.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';

/** The first repository beyond this one that holds large objects. */
export async function findNextHolder(db: Db, after: Id | ''): Promise<Id | undefined> {
  const { rows } = await sql<{ id: Id | null }>`
    select min(repo_id) as id from blobs.object where repo_id > ${after}`.execute(tablesOf(db));
  return rows[0]?.id ?? undefined;
}

/** Up to `limit` objects of a repository, sent and spared before then, to which no file of any commit points. */
export async function listUnnamed(
  db: Db,
  of: { readonly repoId: Id; readonly before: Date; readonly after: Sha256 | ''; readonly limit: number },
): Promise<Sha256[]> {
  const { rows } = await sql<{ sha256: Sha256 }>`
    select sha256 from blobs.object o
     where repo_id = ${of.repoId} and sha256 > ${of.after} and greatest(pushed_at, named_at) < ${of.before}
       and not exists (select from git.object g where g.repo_id = ${of.repoId} and g.lfs_sha256 = o.sha256)
     order by sha256 limit ${of.limit}`.execute(tablesOf(db));
  return rows.map((row) => row.sha256);
}

/** Those of the objects for which that still holds, kept as they are until the transaction ends. */
export async function holdUnnamed(
  tx: Tx,
  of: { readonly repoId: Id; readonly before: Date; readonly digests: readonly Sha256[] },
): Promise<Sha256[]> {
  const { rows } = await sql<{ sha256: Sha256 }>`
    select sha256 from blobs.object o
     where repo_id = ${of.repoId} and sha256 = any(${of.digests}::text[])
       and greatest(pushed_at, named_at) < ${of.before}
       and not exists (select from git.object g where g.repo_id = ${of.repoId} and g.lfs_sha256 = o.sha256)
     order by sha256 for update of o`.execute(tablesOf(tx));
  return rows.map((row) => row.sha256);
}

function tablesOf(db: Db | Tx): Kysely<Record<never, never>> {
  return db.withTables<Record<never, never>>();
}
