// What lies on disks for a namespace or a repository, each thing once: equal objects of several repositories, chunks
// that several files share.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';

/** Bytes that are stored for a namespace. */
export async function storedBy(db: Db, namespaceId: Id): Promise<number> {
  const { rows } = await sql<{ stored: number }>`
    with ids as (select id, used_storage from repos.repo where namespace_id = ${namespaceId} and deleted_at is null),
      held as (select sha256, size, xet_hash from blobs.object where repo_id = any(array(select id from ids)))
    select ((select coalesce(sum(used_storage), 0) from ids)
      - (select coalesce(sum(size), 0) from held)
      + (select coalesce(sum(size), 0) from (select distinct sha256, size from held where xet_hash is null) once)
      + (select coalesce(sum(packed_size), 0) from (select distinct pack, packed_size from xet.xorb
          where scope_id = any(array(select id from repos.repo where namespace_id = ${namespaceId}
            union all select ${namespaceId}))) once)
      )::bigint as stored`.execute(tablesOf(db));
  return rows[0]?.stored ?? 0;
}

/** Bytes that are stored for each of these repositories; what two of them share counts for both. */
export async function storedByEach(db: Db, repoIds: readonly Id[]): Promise<Map<Id, number>> {
  const { rows } = await sql<{ id: Id; stored: number }>`
    select r.id, (r.used_storage - coalesce(whole.bytes, 0) + coalesce(packed.bytes, 0))::bigint as stored
      from repos.repo r
      left join (select repo_id, sum(size) as bytes from blobs.object
         where repo_id = any(${repoIds}::text[]) and xet_hash is not null group by repo_id) whole
        on whole.repo_id = r.id
      left join (select repo_id, sum(packed_size) as bytes from (
          select distinct o.repo_id, x.scope_id, x.hash, x.packed_size from blobs.object o
            join xet.use u on u.scope_id = o.xet_scope and u.file_hash = o.xet_hash
            join xet.xorb x on x.scope_id = u.scope_id and x.hash = u.xorb_hash
           where o.repo_id = any(${repoIds}::text[])) once group by repo_id) packed
        on packed.repo_id = r.id
     where r.id = any(${repoIds}::text[])`.execute(tablesOf(db));
  return new Map(rows.map((row) => [row.id, row.stored]));
}

function tablesOf(db: Db): Kysely<Record<never, never>> {
  return db.withTables<Record<never, never>>();
}
