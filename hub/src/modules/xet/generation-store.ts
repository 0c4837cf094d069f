// Raises generations of scopes.
import { sql } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Tx } from '@holdfast/platform/postgres/database';
import { type ScopeReach } from './scopes.ts';
import { type XetTables } from './tables.ts';

/** Raises those of the repositories with this full name, or all, to `least` or by one. Returns their scopes. */
export async function raiseGenerations(
  tx: Tx,
  wish: { readonly name: string | undefined; readonly reach: ScopeReach; readonly least: number },
): Promise<Id[]> {
  const { name, reach, least } = wish;
  const scope = reach === 'namespace' ? sql.ref('namespace_id') : sql.ref('id');
  const { rows } = await sql<{ scope_id: Id }>`
    insert into xet.scope as s (scope_id, generation)
      select distinct ${scope}, ${least}::integer from repos.repo
       where deleted_at is null and (${name ?? null}::text is null or namespace || '/' || name = ${name ?? null})
       order by 1
    on conflict (scope_id) do update set generation = greatest(s.generation + 1, excluded.generation)
    returning scope_id`.execute(tx.withTables<XetTables>());
  return rows.map((row) => row.scope_id);
}
