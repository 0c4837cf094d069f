// The only file that speaks SQL about damage, about where the check is, and about who needs what is damaged.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Damage, type DamagedKind, type Flaw, type ScrubPlace, type StoredKind } from './model.ts';
import { type UpkeepTables } from './tables.ts';

/** Somebody who needs stored bytes: a file of a repository. */
export interface Owner {
  readonly repoId: Id;
  readonly repo: string;
  /** Where a commit put the file last; `null` while none did. */
  readonly path: string | null;
}

/** Where the last pass was. */
export async function findPlace(db: Db): Promise<ScrubPlace | undefined> {
  const row = await db.withTables<UpkeepTables>().selectFrom('upkeep.scrub').selectAll().executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    phase: row.phase,
    passed: row.passed,
    begunAt: row.begun_at,
    endedAt: row.ended_at,
  };
}

/** Remembers where a pass is. */
export async function putPlace(tx: Tx, place: ScrubPlace): Promise<void> {
  const values = {
    phase: place.phase,
    passed: place.passed,
    begun_at: place.begunAt,
    ended_at: place.endedAt,
  };
  await tx
    .withTables<UpkeepTables>()
    .insertInto('upkeep.scrub')
    .values({ single: true, ...values })
    .onConflict((conflict) => conflict.column('single').doUpdateSet(values))
    .execute();
}

/** Notes damage. Returns whether it is news. */
export async function putDamage(
  tx: Tx,
  found: { readonly kind: DamagedKind; readonly name: string; readonly flaw: Flaw },
  at: Date,
): Promise<boolean> {
  const result = await tx
    .withTables<UpkeepTables>()
    .insertInto('upkeep.damage')
    .values({ ...found, found_at: at })
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet({ flaw: found.flaw }))
    .returning(sql<boolean>`xmax = 0`.as('added'))
    .executeTakeFirstOrThrow();
  return result.added;
}

/** Forgets damage that is mended, or that nobody has any more. Returns whether there was any. */
export async function removeDamage(tx: Tx, kind: DamagedKind, name: string): Promise<boolean> {
  const result = await tx
    .withTables<UpkeepTables>()
    .deleteFrom('upkeep.damage')
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Those of these names that are known to be damaged. */
export async function listDamagedAmong(
  db: Db | Tx,
  kind: StoredKind,
  names: readonly Sha256[],
): Promise<ReadonlySet<Sha256>> {
  const { rows } = await sql<{ name: Sha256 }>`
    select name from upkeep.damage where kind = ${kind} and name = any(${names}::text[])`.execute(
    tablesOf(db),
  );
  return new Set(rows.map((row) => row.name));
}

/** Known damage of a kind behind a name, up to another and with it, or to the end. */
export async function listDamagedBetween(
  db: Db,
  kind: DamagedKind,
  names: { readonly after: string; readonly upTo?: string | undefined },
): Promise<Pick<Damage, 'name' | 'flaw'>[]> {
  const before = names.upTo === undefined ? sql`` : sql`and name <= ${names.upTo}`;
  const { rows } = await sql<Pick<Damage, 'name' | 'flaw'>>`
    select name, flaw from upkeep.damage where kind = ${kind} and name > ${names.after} ${before} order by name`.execute(
    tablesOf(db),
  );
  return rows;
}

/** All damage that is known, the oldest first; the first ten thousand. */
export async function listDamage(db: Db): Promise<Damage[]> {
  const rows = await db
    .withTables<UpkeepTables>()
    .selectFrom('upkeep.damage')
    .selectAll()
    .orderBy('found_at')
    .orderBy('name')
    .limit(10_000)
    .execute();
  return rows.map(({ kind, name, flaw, found_at: foundAt }) => ({ kind, name, flaw, foundAt }));
}

/** Who needs these bytes: up to `limit` files. */
export async function listOwners(db: Db, of: Pick<Damage, 'kind' | 'name'>, limit: number): Promise<Owner[]> {
  const held = {
    object: sql`select repo_id, path from blobs.object where sha256 = ${of.name} and xet_hash is null`,
    // Which files it is in, only a walk through the history tells.
    'git-object': sql`select split_part(${of.name}, '/', 1) as repo_id, null::text as path`,
    pack: sql`select distinct o.repo_id, o.path from xet.xorb x
          join xet.use u on u.scope_id = x.scope_id and u.xorb_hash = x.hash
          join blobs.object o on o.xet_scope = u.scope_id and o.xet_hash = u.file_hash
         where x.pack = ${of.name}`,
  }[of.kind];
  const { rows } = await sql<Owner>`
    select h.repo_id as "repoId", r.namespace || '/' || r.name as repo, h.path from (${held}) h
      join repos.repo r on r.id = h.repo_id order by 2, 3 limit ${limit}`.execute(tablesOf(db));
  return rows;
}

/** Names behind one that repositories, or scopes of chunks, have; in order. */
export async function listHeld(db: Db, kind: StoredKind, after: string): Promise<Sha256[]> {
  const { rows } = await (
    kind === 'object'
      ? sql<{ name: Sha256 }>`select distinct sha256 as name from blobs.object
          where sha256 > ${after} and xet_hash is null order by 1 limit 500`
      : sql<{ name: Sha256 }>`select distinct pack as name from xet.xorb
          where pack > ${after} order by 1 limit 500`
  ).execute(tablesOf(db));
  return rows.map((row) => row.name);
}

function tablesOf(db: Db | Tx): Kysely<UpkeepTables> {
  return db.withTables<UpkeepTables>();
}

/** Whether anybody has these bytes, as nobody can begin or cease to until the transaction ends. */
export async function isNeeded(tx: Tx, kind: StoredKind, name: Sha256): Promise<boolean> {
  // The locks of `blobs` and `xet`, in their words.
  const lock =
    kind === 'object'
      ? sql`select pg_advisory_xact_lock(('x' || ${name.slice(0, 16)})::bit(64)::bigint)`
      : sql`select pg_advisory_xact_lock(hashtextextended(${`pack/${name}`}, 0))`;
  await lock.execute(tablesOf(tx));
  const { rows } = await (
    kind === 'object'
      ? sql`select from blobs.object where sha256 = ${name} and xet_hash is null limit 1`
      : sql`select from xet.xorb where pack = ${name} limit 1`
  ).execute(tablesOf(tx));
  return rows.length > 0;
}
