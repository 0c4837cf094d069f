// Erases a repository's content as a whole.
import { sql } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type GitTables } from '../tables.ts';

/** Rows erased in one transaction. */
const BATCH = 5000;

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
