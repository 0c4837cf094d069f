// A page is the same whichever way it is found.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { systemClock } from '@holdfast/kernel/clock';
import { FacetCounts } from '../../../src/modules/repos/facet-counts.ts';
import {
  conditionsOf,
  facetsOf,
  rangesOf,
  searchOf,
  visibleWithin,
} from '../../../src/modules/repos/list-filter-store.ts';
import { orderOf } from '../../../src/modules/repos/list-order-store.ts';
import { findPage, type Bounds } from '../../../src/modules/repos/list-page-store.ts';
import { type Lists } from '../../../src/modules/repos/list-source-store.ts';
import { type PageWish } from '../../../src/modules/repos/list-wish-store.ts';
import { type RepoQuery } from '../../../src/modules/repos/index.ts';
import { type RepoTables } from '../../../src/modules/repos/tables.ts';
import { openServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { insertRandomRepos, OWNERS, randomOf } from './random-repos.ts';

const QUERIES: readonly Partial<RepoQuery>[] = [
  { search: 'bert' },
  { search: 'b' },
  { search: 'nothing' },
  { tags: ['t1'] },
  { tags: ['t1', 't4'] },
  { tags: ['t9'], search: 'gpt' },
  { search: 'bert-gp' },
  { search: 'quick ber' },
  { search: 'bert gpt' },
  { search: 'x1' },
  { search: 'rober', pipelineTag: 'fill-mask' },
  { pipelineTag: 'fill-mask', gated: true },
  { parameters: { max: 30 } },
  { parameters: { min: 10, max: 30 }, search: 'bert' },
  { parameters: { min: 40 }, tags: ['t1'] },
];

void test('findPage() gives the same page whether it follows the order, gathers, or leaves it to the database', async () => {
  await using hub = await openServedHub();
  for (const name of OWNERS) await hub.addUser(name);
  await using superuser = openSuperuserPool(hub.database);
  await insertRandomRepos(superuser.pool, randomOf(3), 400);
  const lists = { db: hub.database.db.withTables<RepoTables>(), counts: new FacetCounts(systemClock) };
  for (const query of QUERIES)
    for (const sort of ['downloads', 'likes'] as const)
      for (const limit of [1, 5, 100]) {
        await requireSame(lists, { type: 'model', tags: [], sort, ascending: false, limit, ...query });
        await requireSame(lists, { type: 'model', tags: [], sort, ascending: true, limit, ...query });
      }
});

const BOUNDS = [
  { facet: 1000, search: 1000, followed: 1000 },
  { facet: 1, search: 1, followed: 60 },
  { facet: 4, search: 1000, followed: 60 },
  { facet: 4, search: 4, followed: 1000 },
];

async function requireSame(lists: Lists, query: RepoQuery): Promise<void> {
  const order = orderOf(query.sort, query.ascending);
  const visible = visibleWithin({ namespaces: [], repos: [] });
  const conditions = conditionsOf(query, undefined);
  const direction = query.ascending ? sql`asc` : sql`desc`;
  const { rows } = await sql<Place>`
    select id, ${order.expression}::text as value from (select * from repos.repo offset 0) r
     where type = 'model' and ${visible} and ${sql.join(conditions, sql` and `)}
     order by ${order.expression} ${direction}, id ${direction}`.execute(lists.db);
  for (const skipped of [0, 1, 7, 30]) {
    const wish: PageWish = {
      columns: sql`r.id, ${order.expression}::text as value`,
      order,
      type: query.type,
      ofType: sql`type = 'model'`,
      from: skipped === 0 ? undefined : rows[skipped - 1],
      within: [sql`type = 'model'`, sql`deleted_at is null`],
      matching: conditions,
      ranges: rangesOf(query),
      facets: facetsOf(query, undefined),
      search: searchOf(query, facetsOf(query, undefined)),
      visible,
      onlyOpen: true,
      limit: query.limit,
    };
    if (skipped > rows.length) continue;
    for (const bounds of BOUNDS)
      for (const first of [1, 20]) {
        const found = await findInParts(lists, wish, { ...bounds, first });
        const expected = rows.slice(skipped, skipped + query.limit);
        assert.deepEqual(idsOf(found), idsOf(expected), JSON.stringify({ query, skipped, bounds, first }));
      }
  }
}

/** The page, going on where one ends early. */
async function findInParts(lists: Lists, wish: PageWish, bounds: Bounds): Promise<Place[]> {
  const found: Place[] = [];
  let { from } = wish;
  for (let parts = 0; ; parts += 1) {
    assert.ok(parts < 1000, 'each part goes on');
    const limit = wish.limit - found.length;
    const { rows, reached } = await findPage<Place>(lists, { ...wish, from, limit }, bounds);
    found.push(...rows);
    if (found.length >= wish.limit || reached === undefined) return found;
    from = reached;
  }
}

interface Place {
  readonly id: string;
  readonly value: string;
}

function idsOf(rows: readonly Place[]): string[] {
  return rows.map(({ id }) => id);
}
