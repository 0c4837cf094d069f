// A page is the same whichever way it is found.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql, type Kysely } from 'kysely';
import { conditionsOf, visibleWithin, type Condition } from '../../../src/modules/repos/list-filter-store.ts';
import { findPage } from '../../../src/modules/repos/list-page-store.ts';
import { type RepoQuery } from '../../../src/modules/repos/index.ts';
import { type RepoTables } from '../../../src/modules/repos/tables.ts';
import { openServedHub } from '../../harness/served-hub.ts';

const QUERY: RepoQuery = { type: 'model', tags: [], sort: 'downloads', ascending: false, limit: 5 };
const WITHIN: readonly Condition[] = [sql<boolean>`type = 'model'`, sql<boolean>`deleted_at is null`];

void test('findPage() gives the same page whether it follows the order, gathers, or leaves it to the database', async () => {
  await using hub = await openServedHub();
  await hub.addUser('alice');
  for (let n = 0; n < 40; n += 1)
    await hub.addRepo(`alice/${n % 3 === 0 ? 'bert' : 'gpt'}-${n}`, {
      visibility: n % 5 === 0 ? 'private' : 'public',
    });
  const db = hub.database.db.withTables<RepoTables>();
  await sql`update repos.repo set downloads = length(name) * 7 % 5`.execute(db);
  for (const search of ['bert', 'gpt', 'b', 'nothing'])
    for (const ascending of [false, true])
      for (const limit of [1, 5, 100]) await requireSame(db, { search, ascending, limit });
});

async function requireSame(
  db: Kysely<RepoTables>,
  { search, ascending, limit }: { search: string; ascending: boolean; limit: number },
): Promise<void> {
  const direction = ascending ? sql`asc` : sql`desc`;
  const { rows } = await sql<{ id: string }>`
    select id from repos.repo where visibility <> 'private' and starts_with(name, ${search})
     order by downloads ${direction}, id ${direction} limit ${limit}`.execute(db);
  const wish = {
    columns: sql`r.id`,
    order: { expression: sql`downloads`, ascending },
    within: WITHIN,
    matching: conditionsOf({ ...QUERY, search }, undefined),
    visible: visibleWithin({ namespaces: [], repos: [] }),
    frequent: search === 'b',
    limit,
  };
  for (const few of [1, 4, 1000]) {
    const found = await findPage<{ id: string }>(db, wish, few);
    assert.deepEqual(idsOf(found), idsOf(rows), `${search} ${ascending} ${limit} ${few}`);
  }
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}
