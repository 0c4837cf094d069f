// How many models there are of each size, and for whom.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Actor } from '../../../src/modules/access/index.ts';
import { openServedHub } from '../../harness/served-hub.ts';
import { visitAs } from '../../harness/sign-in.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const SIZES = [{ max: 10 }, { min: 11, max: 99 }, { min: 100 }] as const;

void test('models are counted by their size, of those that the reader may discover', async () => {
  await using hub = await openServedHub();
  const [{ actor: ada }, { actor: bob }] = [await visitAs(hub, 'ada'), await visitAs(hub, 'bob')];
  for (const name of ['small', 'medium', 'untold'])
    await hub.addRepo(`ada/${name}`, { visibility: 'public' });
  await hub.addRepo('ada/kept', { visibility: 'private' });
  await hub.addRepo('ada/data', { type: 'dataset', visibility: 'public' });
  await using superuser = openSuperuserPool(hub.database);
  const counts = { small: 10, medium: 11, kept: 100, data: 100 };
  for (const [name, count] of Object.entries(counts))
    await superuser.pool.query('update repos.repo set parameters = $2 where name = $1', [name, count]);
  const { repos } = hub.modules;
  const count = async (actor: Actor): Promise<readonly number[]> =>
    (await repos.countFacets(actor, 'model', SIZES)).sizes;
  assert.deepEqual(await count(ada), [1, 1, 1]);
  assert.deepEqual(await count(bob), [1, 1, 0], 'of what is private nobody else is told');
  assert.deepEqual(await count({ kind: 'anonymous', mayReadPublic: true }), [1, 1, 0]);
  assert.deepEqual(await count({ kind: 'anonymous', mayReadPublic: false }), [0, 0, 0]);
  // Of any other type no sizes are asked, and what is counted is one row all the same.
  await hub.addRepo('ada/more', { type: 'dataset', visibility: 'public' });
  await superuser.pool.query(`update repos.repo set tags = '{one,two}' where type = 'dataset'`);
  const counted = [
    { tag: 'one', count: 2 },
    { tag: 'two', count: 2 },
  ];
  assert.deepEqual(await repos.countFacets(ada, 'dataset', []), { sizes: [], tags: counted });
});
