// The only file that speaks SQL about quotas, and that sums up what namespaces use.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type UpkeepTables } from './tables.ts';

/** A user or an organisation with its limit. */
export interface Limited {
  readonly id: Id;
  readonly name: string;
  /** What the operator decided: bytes, `null` for no limit; `undefined` where nothing was. */
  readonly decided: number | null | undefined;
}

/** The namespace of a repository, or with this id itself. A scope of chunks is either. */
export async function findLimited(db: Db | Tx, ownerId: Id): Promise<Limited | undefined> {
  const { rows } = await sql<{ id: Id; name: string; decided: boolean; bytes: number | null }>`
    select a.id, a.name, q.namespace_id is not null as decided, q.bytes from identity.account a
      left join upkeep.quota q on q.namespace_id = a.id
     where a.id = coalesce((select namespace_id from repos.repo where id = ${ownerId}), ${ownerId})`.execute(
    tablesOf(db),
  );
  const row = rows[0];
  return row && { id: row.id, name: row.name, decided: row.decided ? row.bytes : undefined };
}

/** Lets one after the other of those who add to a namespace see what the others added. */
export async function lockNamespace(tx: Tx, id: Id): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`quota/${id}`}, 0))`.execute(tablesOf(tx));
}

/** What a namespace stores, in bytes. */
export interface Stored {
  /** The files of its repositories that are made of chunks: each counts whole, whatever it shares. */
  readonly assembled: number;
  /** The chunks that were sent to it, as they lie on the disk. */
  readonly packed: number;
  /** Everything else that its repositories store, and uploads in parts that are under way. */
  readonly others: number;
}

/** Sums up what a namespace stores. Chunks and parts are in no list of files, and would fill a disk unseen. */
export async function sumStored(db: Db | Tx, id: Id): Promise<Stored> {
  const { rows } = await sql<Stored>`
    with repos as (select id, used_storage, deleted_at from repos.repo where namespace_id = ${id}),
      assembled as (select coalesce(sum(size), 0)::bigint as bytes from blobs.object
        where xet_hash is not null and repo_id = any(array(select id from repos where deleted_at is null)))
    select assembled.bytes as assembled,
      (select coalesce(sum(packed_size), 0) from xet.xorb
        where scope_id = any(array(select id from repos union all select ${id})))::bigint as packed,
      ((select coalesce(sum(used_storage), 0) from repos where deleted_at is null) - assembled.bytes
        + (select coalesce(sum(u.size), 0) from blobs.upload u
            where expires_at > now() and repo_id = any(array(select id from repos))
              -- The first one that mends an object takes the room that this takes already.
              and not (exists (select from blobs.object o where o.repo_id = u.repo_id and o.sha256 = u.sha256)
                and not exists (select from blobs.upload f
                  where f.repo_id = u.repo_id and f.sha256 = u.sha256 and f.id < u.id and f.expires_at > now())))
      )::bigint as others from assembled`.execute(tablesOf(db));
  return rows[0] ?? { assembled: 0, packed: 0, others: 0 };
}

/** Sets what a namespace may store; `null` is without a limit. */
export async function putQuota(tx: Tx, namespaceId: Id, bytes: number | null): Promise<void> {
  await tx
    .withTables<UpkeepTables>()
    .insertInto('upkeep.quota')
    .values({ namespace_id: namespaceId, bytes })
    .onConflict((conflict) => conflict.column('namespace_id').doUpdateSet({ bytes }))
    .execute();
}

/** Leaves a namespace to what is configured for all. */
export async function removeQuota(tx: Tx, namespaceId: Id): Promise<void> {
  await tx
    .withTables<UpkeepTables>()
    .deleteFrom('upkeep.quota')
    .where('namespace_id', '=', namespaceId)
    .execute();
}

/** The namespaces that store anything or have a limit of their own, by name. */
export async function listLimited(db: Db): Promise<Limited[]> {
  const { rows } = await sql<{ id: Id; name: string; decided: boolean; bytes: number | null }>`
    select a.id, a.name, q.namespace_id is not null as decided, q.bytes from identity.account a
      left join upkeep.quota q on q.namespace_id = a.id
     where q.namespace_id is not null or exists (select from repos.repo r where r.namespace_id = a.id)
     order by a.name limit 10000`.execute(tablesOf(db));
  return rows.map((row) => ({ id: row.id, name: row.name, decided: row.decided ? row.bytes : undefined }));
}

function tablesOf(db: Db | Tx): Kysely<UpkeepTables> {
  return db.withTables<UpkeepTables>();
}
