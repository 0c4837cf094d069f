// The SQL of download counts.
import { sql } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { KEPT_DAYS, type DownloadDay } from './days.ts';
import { type RepoTables } from './tables.ts';

const DAY_MS = 86_400_000;

/** Adds counts to today's and to each repository's own. Rows are taken in the order of ids, so that hubs do not deadlock. */
export async function addDownloads(tx: Tx, now: Date, counts: ReadonlyMap<Id, number>): Promise<void> {
  const ids = [...counts.keys()].sort();
  const values = sql`unnest(${ids}::text[], ${ids.map((id) => counts.get(id) ?? 0)}::bigint[]) as c(id, n)`;
  const db = tx.withTables<RepoTables>();
  await sql`
    insert into repos.download_day (repo_id, day, n)
    select c.id, ${now}::date, c.n from ${values} join repos.repo r on r.id = c.id order by c.id
    on conflict (repo_id, day) do update set n = repos.download_day.n + excluded.n`.execute(db);
  await sql`
    update repos.repo r set downloads = r.downloads + c.n, downloads_all_time = r.downloads_all_time + c.n
    from ${values} where r.id = c.id`.execute(db);
}

/** The days of the last 30 on which a repository was downloaded, oldest first: one range of the primary key. */
export async function listDownloadDays(db: Db, repoId: Id, now: Date): Promise<DownloadDay[]> {
  const { rows } = await sql<DownloadDay>`
    select to_char(day, 'YYYY-MM-DD') as day, n::float8 as count from repos.download_day
    where repo_id = ${repoId} and day > ${new Date(now.getTime() - KEPT_DAYS * DAY_MS)}::date
    order by download_day.day`.execute(db.withTables<RepoTables>());
  return rows;
}

/** Sums the last 30 days anew where a day left the window, and trending from the last seven. */
export async function renewWindows(tx: Tx, now: Date): Promise<void> {
  const db = tx.withTables<RepoTables>();
  const month = new Date(now.getTime() - KEPT_DAYS * DAY_MS);
  const week = new Date(now.getTime() - 7 * DAY_MS);
  await sql`
    with stale as (
      select distinct repo_id from repos.download_day where day <= ${month}::date
      union select id from repos.repo where trending > 0 or likes_30d > 0
    ), fresh as (
      select s.repo_id,
        coalesce((select sum(n) from repos.download_day d where d.repo_id = s.repo_id and day > ${month}::date), 0) as downloads,
        coalesce((select sum(n) from repos.download_day d where d.repo_id = s.repo_id and day > ${week}::date), 0) as recent,
        (select count(*) from repos.liked l where l.repo_id = s.repo_id and at > ${month}) as likes_30d,
        (select count(*) from repos.liked l where l.repo_id = s.repo_id and at > ${week}) as likes_7d
      from stale s
    )
    update repos.repo r set downloads = f.downloads, likes_30d = f.likes_30d,
      trending = f.likes_7d + ln(1 + f.recent)
    from fresh f where r.id = f.repo_id`.execute(db);
  await sql`delete from repos.download_day where day <= ${month}::date`.execute(db);
}
