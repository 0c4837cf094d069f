// Every kind of list is what a plain scan of the table says, at first and after each kind of change.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { type Actor } from '../../../src/modules/access/index.ts';
import { SORTS, type RepoQuery, type Sort } from '../../../src/modules/repos/index.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { insertRandomRepos, OWNERS, randomOf, type Random } from './random-repos.ts';

type Pool = ReturnType<typeof openSuperuserPool>['pool'];

const COUNT = 2500;
const EXPRESSIONS: Readonly<Record<Sort, string>> = {
  createdAt: 'created_at',
  lastModified: 'last_modified',
  downloads: 'downloads',
  likes: 'likes',
  likes30d: 'likes_30d',
  trendingScore: 'trending',
  num_parameters: 'coalesce(parameters, 0)',
  mainSize: 'coalesce(main_size, 0)',
  id: 'id',
};

/** A list, and the same in words that need no index. */
interface Kind {
  readonly query: Partial<RepoQuery>;
  readonly truth: string;
}

const WORDS = `regexp_split_to_table(lower(namespace || ' ' || name || ' ' || text), '[^a-z0-9]+')`;
const begins = (word: string): string => `exists (select from ${WORDS} w where starts_with(w, '${word}'))`;
const searched = (word: string): string =>
  `(strpos(lower(namespace || '/' || name), '${word}') > 0 or ${begins(word)})`;

const KINDS: readonly Kind[] = [
  { query: {}, truth: 'true' },
  { query: { type: 'space', linked: true }, truth: `cardinality(uses) > 0` },
  { query: { type: 'space', uses: ['model:a/1'] }, truth: `'model:a/1' = any(uses)` },
  { query: { author: 'alice' }, truth: `namespace = 'alice'` },
  { query: { author: 'carol', type: 'dataset' }, truth: `namespace = 'carol'` },
  { query: { tags: ['t1'] }, truth: `'t1' = any(tags)` },
  { query: { tags: ['t40'] }, truth: `'t40' = any(tags)` },
  { query: { tags: ['t1', 't7'] }, truth: `'t1' = any(tags) and 't7' = any(tags)` },
  { query: { tags: ['none'] }, truth: 'false' },
  { query: { pipelineTag: 'fill-mask' }, truth: `pipeline_tag = 'fill-mask'` },
  { query: { gated: true }, truth: `gated <> 'no'` },
  { query: { gated: false, tags: ['t3'] }, truth: `gated = 'no' and 't3' = any(tags)` },
  { query: { parameters: { min: 10, max: 50 } }, truth: 'parameters between 10 and 50' },
  { query: { search: 'ber' }, truth: searched('ber') },
  { query: { search: 'robe' }, truth: searched('robe') },
  { query: { search: 'oberta-tin' }, truth: `strpos(lower(namespace || '/' || name), 'oberta-tin') > 0` },
  { query: { search: 'bro gpt' }, truth: `${begins('bro')} and ${begins('gpt')}` },
  { query: { search: '1 ber' }, truth: `${begins('1')} and ${begins('ber')}` },
  { query: { search: 'x1' }, truth: begins('x1') },
  { query: { search: 'qu' }, truth: begins('qu') },
  { query: { search: 'gpt', tags: ['t2'] }, truth: `${searched('gpt')} and 't2' = any(tags)` },
  { query: { search: 'bert', author: 'bob' }, truth: `${searched('bert')} and namespace = 'bob'` },
];

void test('list() gives what a plain scan gives, before and after changes', async () => {
  await using hub = await openServedHub();
  const actors: [string, Actor][] = [['', { kind: 'anonymous', mayReadPublic: true }]];
  for (const name of OWNERS) {
    const token = await hub.addUser(name);
    actors.push([name, (await hub.modules.authentication.authenticate(token)).actor]);
  }
  await using superuser = openSuperuserPool(hub.database);
  const random = randomOf(7);
  await insertRandomRepos(superuser.pool, random, COUNT);
  await requireTruth(hub, { pool: superuser.pool, actors, random });
  for (const change of CHANGES) await change({ hub, pool: superuser.pool, actors: new Map(actors), random });
  await requireTruth(hub, { pool: superuser.pool, actors, random });
  const kept = await digestNarrowRows(superuser.pool);
  await superuser.pool.query('call repos.make_narrow_rows()');
  assert.deepEqual(kept, await digestNarrowRows(superuser.pool), 'as if they were made anew');
});

async function digestNarrowRows(pool: Pool): Promise<unknown> {
  const { rows } = await pool.query(
    `select (select md5(string_agg(f::text, ' ' order by key, repo_id)) from repos.facet f) as facets,
        (select md5(string_agg(s::text, ' ' order by repo_id)) from repos.searched s) as searched,
        (select md5(string_agg(o::text, ' ' order by repo_id)) from repos.ordered o) as ordered`,
  );
  return rows[0];
}

interface Scene {
  readonly pool: Pool;
  readonly actors: readonly (readonly [string, Actor])[];
  readonly random: Random;
}

/** Walks all pages of every kind of list, in sorts by turns. */
async function requireTruth(hub: ServedHub, { pool, actors, random }: Scene): Promise<void> {
  let turn = 0;
  for (const { query, truth } of KINDS)
    for (let times = 0; times < 4; times += 1) {
      const sort = SORTS[turn % SORTS.length] ?? 'id';
      const ascending = random() < 0.3;
      const [name, actor] = actors[turn % actors.length] ?? assert.fail();
      turn += 1;
      const wish: RepoQuery = { type: 'model', tags: [], sort, ascending, limit: 40, ...query };
      const direction = ascending ? 'asc' : 'desc';
      const { rows } = await pool.query<{ id: string }>(
        `select id from repos.repo
          where deleted_at is null and type = $1 and (visibility <> 'private' or namespace = $2) and ${truth}
          order by ${EXPRESSIONS[sort]} ${direction}, id ${direction}`,
        [wish.type, name],
      );
      const expected = rows.map(({ id }) => id);
      assert.deepEqual(await walk(hub, actor, wish), expected, `${JSON.stringify(wish)} of '${name}'`);
    }
}

async function walk(hub: ServedHub, actor: Actor, query: RepoQuery): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await hub.modules.repos.list(actor, { ...query, ...(cursor !== undefined && { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
}

interface Changing {
  readonly hub: ServedHub;
  readonly pool: Pool;
  readonly actors: ReadonlyMap<string, Actor>;
  readonly random: Random;
}

interface Picked {
  readonly id: Id;
  readonly type: 'model';
  readonly namespace: string;
  readonly name: string;
  readonly actor: Actor;
}

/** Some models, each with its owner. */
async function pickModels({ pool, actors, random }: Changing): Promise<Picked[]> {
  const { rows } = await pool.query<Omit<Picked, 'actor'>>(
    `select id, type, namespace, name from repos.repo where type = 'model' and deleted_at is null order by id`,
  );
  return rows
    .filter(() => random() < 0.02)
    .map((row) => ({ ...row, actor: actors.get(row.namespace) ?? assert.fail() }));
}

const CHANGES: readonly ((scene: Changing) => Promise<void>)[] = [
  async (scene) => {
    for (const { actor, ...repo } of await pickModels(scene))
      await scene.hub.modules.changes.move(async () => await Promise.resolve(actor), repo, {
        namespace: repo.namespace,
        name: `renamed-bert-${repo.name}`,
      });
  },
  async (scene) => {
    for (const { actor, ...repo } of await pickModels(scene))
      await scene.hub.modules.changes.delete(async () => await Promise.resolve(actor), repo);
  },
  async (scene) => {
    for (const { actor, ...repo } of await pickModels(scene))
      await scene.hub.modules.changes.changeSettings(async () => await Promise.resolve(actor), repo, {
        visibility: 'private',
        gated: 'auto',
      });
  },
  async (scene) => {
    for (const { id } of await pickModels(scene))
      for (let times = 1 + Math.floor(scene.random() * 60); times > 0; times -= 1)
        scene.hub.modules.downloads.note(id);
    await scene.hub.modules.downloads.flush();
  },
  async (scene) => {
    const liker = scene.actors.get('alice') ?? assert.fail();
    for (const { id } of await pickModels(scene)) {
      const repo = (await scene.hub.modules.repos.findById(id)) ?? assert.fail();
      await scene.hub.modules.likes.like(liker, repo);
    }
  },
  // What a commit does to the row, and a transfer to a namespace whose owner was not asked.
  async ({ pool }) => {
    await pool.query(`update repos.repo set tags = array['t1', 't40'], pipeline_tag = 'fill-mask', text = 'quartz',
      parameters = 20, last_modified = now() where id like '%7'`);
    await pool.query(
      `update repos.repo set tags = '{}', uses = '{}', pipeline_tag = null where id like '%3'`,
    );
    await pool.query(`update repos.repo r set namespace = 'bob', name = name || '-moved',
      namespace_id = (select account_id from identity.name where key = 'bob') where id like '%b'`);
  },
];
