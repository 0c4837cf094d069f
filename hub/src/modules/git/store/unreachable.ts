// Finds and deletes what no ref of a repository reaches: commits first, then what was noted of them, then objects.
import { sql, type Kysely } from 'kysely';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type GitTables } from '../tables.ts';
import { type Reach } from './reach.ts';

/** Rows that are looked at in one question. */
const PAGE = 5_000;
/** Rows that are deleted under one lock. */
const BATCH = 1_000;

/** What can be deleted of a repository. */
export type Kind = 'commit' | 'object';

/** Repositories with a ref that let go of something before then, by id, beyond one of them. */
export async function listLetGo(db: Db, before: Date, after: Id | ''): Promise<Id[]> {
  const { rows } = await sql<{ repo_id: Id }>`
    select distinct repo_id from git.dropped where at <= ${before} and repo_id > ${after}
     order by repo_id limit 100`.execute(tablesOf(db));
  return rows.map((row) => row.repo_id);
}

/** The ids of commits or objects of a repository that are not reached, a batch at a time. */
export async function* listUnreached(db: Db, what: Kind, reach: Reach): AsyncGenerator<Sha1[]> {
  const { repoId } = reach;
  let batch: Sha1[] = [];
  let after = '';
  for (;;) {
    const { rows } = await sql<{ oid: Sha1 }>`
      select oid from ${sql.table(`git.${what}`)} where repo_id = ${repoId} and oid > ${after}
       order by oid limit ${PAGE}`.execute(tablesOf(db));
    for (const { oid } of rows) {
      if (reach.has(oid)) continue;
      batch.push(oid);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    after = rows.at(-1)?.oid ?? after;
    if (rows.length < PAGE) break;
  }
  if (batch.length > 0) yield batch;
}

/** Deletes commits. */
export async function deleteCommits(tx: Tx, repoId: Id, oids: readonly Sha1[]): Promise<number> {
  const result = await sql`delete from git.commit
    where repo_id = ${repoId} and oid = any(${oids}::text[])`.execute(tablesOf(tx));
  return Number(result.numAffectedRows ?? 0n);
}

/** Deletes objects. Returns how many there were, and their bytes. */
export async function deleteObjects(
  tx: Tx,
  repoId: Id,
  oids: readonly Sha1[],
): Promise<{ readonly objects: number; readonly bytes: number }> {
  const { rows } = await sql<{ objects: number; bytes: number }>`
    with gone as (delete from git.object where repo_id = ${repoId} and oid = any(${oids}::text[]) returning size)
    select count(*) as objects, coalesce(sum(size), 0)::bigint as bytes from gone`.execute(tablesOf(tx));
  return rows[0] ?? { objects: 0, bytes: 0 };
}

/** Deletes what was noted of commits that are gone, a page at a time. Nobody sees these rows any more. */
export async function deleteChangesOfGone(db: Db, repoId: Id, signal?: AbortSignal): Promise<void> {
  let after = { key: '', depth: 0, commit: '' };
  while (signal?.aborted !== true) {
    const { rows } = await sql<{ key: string; depth: number; commit: string; n: number }>`
      with page as (
        select ctid as place, path_key, depth, commit from git.change
         where repo_id = ${repoId}
           and (path_key, depth, commit) > (decode(${after.key}, 'hex'), ${after.depth}::int, ${after.commit})
         order by path_key, depth, commit limit ${PAGE}),
      gone as (delete from git.change d using page p where d.ctid = p.place and d.repo_id = ${repoId}
        and not exists (select from git.commit c where c.repo_id = ${repoId} and c.oid = p.commit))
      select encode(path_key, 'hex') as key, depth, commit, (select count(*) from page) as n from page
       order by path_key desc, depth desc, commit desc limit 1`.execute(tablesOf(db));
    const last = rows[0];
    if (last === undefined || last.n < PAGE) return;
    after = last;
  }
}

/** Forgets what refs let go of before then: it is gone, or something else leads to it. */
export async function forgetLetGo(tx: Tx, repoId: Id, before: Date): Promise<void> {
  await sql`delete from git.dropped where repo_id = ${repoId} and at <= ${before}`.execute(tablesOf(tx));
}

function tablesOf(db: Db | Tx): Kysely<GitTables> {
  return db.withTables<GitTables>();
}
