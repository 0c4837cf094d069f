// What happens to a repository's content as a whole: copied to another, or erased.
import { sql } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type GitTables } from '../tables.ts';

/** Rows erased in one transaction. */
const BATCH = 5000;

/** Copies all objects and refs of one repository into another; refs of the same name are replaced. */
export async function copyRepository(tx: Tx, from: Id, to: Id): Promise<void> {
  const db = tx.withTables<GitTables>();
  await sql`insert into git.object select ${to}, oid, kind, size, bytes, lfs_sha256, lfs_size
    from git.object where repo_id = ${from} on conflict do nothing`.execute(db);
  await sql`insert into git.commit
    select ${to}, oid, tree, parents, first_parent, depth, jump, jump_depth, message, author_name, author_email, at, request
      from git.commit where repo_id = ${from} on conflict do nothing`.execute(db);
  await sql`insert into git.change select ${to}, path_key, depth, commit
    from git.change where repo_id = ${from} on conflict do nothing`.execute(db);
  await sql`insert into git.ref select ${to}, name, target, commit, updated_at
    from git.ref where repo_id = ${from}
    on conflict (repo_id, name) do update
      set target = excluded.target, commit = excluded.commit, updated_at = excluded.updated_at`.execute(db);
  await sql`insert into git.dropped select ${to}, target, commit, at
    from git.dropped where repo_id = ${from} on conflict do nothing`.execute(db);
}

/** Erases all content of a deleted repository, in many small transactions; may be repeated when it was interrupted. */
export async function eraseRepository(db: Db, repoId: Id, signal: AbortSignal): Promise<void> {
  await db.withTables<GitTables>().deleteFrom('git.ref').where('repo_id', '=', repoId).execute();
  for (const table of ['git.dropped', 'git.change', 'git.commit', 'git.object'] as const)
    for (let erased = 1n; erased > 0n;) {
      signal.throwIfAborted();
      const result = await sql`delete from ${sql.table(table)} where ctid = any(array(
        select ctid from ${sql.table(table)} where repo_id = ${repoId} limit ${BATCH}))`.execute(
        db.withTables<GitTables>(),
      );
      erased = result.numAffectedRows ?? 0n;
    }
}
