// Which large objects the history of a repository names. What a sweep has not yet taken of a dropped history counts.
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type GitTables } from '../tables.ts';

/** Those of the digests that a pointer in the repository has. */
export async function listNamed(db: Db, repoId: Id, digests: readonly Sha256[]): Promise<Set<Sha256>> {
  const { rows } = await sql<{ sha256: Sha256 }>`
    select d.sha256 from unnest(${digests}::text[]) as d (sha256)
     where exists (select from git.object g where g.repo_id = ${repoId} and g.lfs_sha256 = d.sha256)`.execute(
    db.withTables<GitTables>(),
  );
  return new Set(rows.map((row) => row.sha256));
}
