// Lists: who sees what, every sort walks every page once, and filters narrow.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Actor } from '../../../src/modules/access/index.ts';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { SORTS, type RepoQuery, type Sort } from '../../../src/modules/repos/index.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

async function actorOf(hub: ServedHub, token: string): Promise<Actor> {
  return (await hub.modules.authentication.authenticate(token)).actor;
}

const ALL: RepoQuery = { type: 'model', tags: [], sort: 'createdAt', ascending: false, limit: 100 };

async function idsOf(hub: ServedHub, actor: Actor, query: Partial<RepoQuery> = {}): Promise<string[]> {
  const page = await hub.modules.repos.list(actor, { ...ALL, ...query });
  return page.items.map((repo) => `${repo.namespace}/${repo.name}`).sort();
}

void test('list() shows private repositories to their namespace alone', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, await hub.addUser('alice'));
  const bob = await actorOf(hub, await hub.addUser('bob'));
  await hub.addRepo('alice/open', { visibility: 'public' });
  await hub.addRepo('alice/hidden', { visibility: 'private' });
  assert.deepEqual(await idsOf(hub, alice), ['alice/hidden', 'alice/open']);
  assert.deepEqual(await idsOf(hub, bob), ['alice/open']);
  assert.deepEqual(await idsOf(hub, bob, { author: 'alice', search: 'hidden' }), []);
  assert.deepEqual(await idsOf(hub, { kind: 'anonymous', mayReadPublic: true }), ['alice/open']);
  await assert.rejects(idsOf(hub, { kind: 'anonymous', mayReadPublic: false }), (error) =>
    isFault(error, 'repo.list-sign-in-needed'),
  );
});

void test('list() walks all pages of every sort in both directions, each repository once', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, await hub.addUser('alice'));
  for (let n = 0; n < 23; n += 1) await hub.addRepo(`alice/model-${n}`, { visibility: 'public' });
  // Equal values, so that only the id tells places apart.
  await hub.modules.downloads.flush();
  for (const sort of SORTS)
    for (const ascending of [false, true]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await hub.modules.repos.list(alice, {
          ...ALL,
          sort,
          ascending,
          limit: 5,
          ...(cursor !== undefined && { cursor }),
        });
        assert.ok(page.items.length <= 5);
        seen.push(...page.items.map((repo) => repo.id));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.equal(seen.length, 23, `${sort} ${ascending}`);
      assert.equal(new Set(seen).size, 23, `${sort} ${ascending}`);
    }
});

void test('list() orders by what each sort is called after', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, await hub.addUser('alice'));
  const names = ['a', 'b', 'c', 'd'];
  const ids = new Map<string, string>();
  for (const name of names) ids.set(name, (await hub.addRepo(`alice/${name}`, { visibility: 'public' })).id);
  const columns = {
    createdAt: 'created_at',
    lastModified: 'last_modified',
    downloads: 'downloads',
    likes: 'likes',
    likes30d: 'likes_30d',
    trendingScore: 'trending',
    num_parameters: 'parameters',
    mainSize: 'main_size',
  } as const;
  await using superuser = openSuperuserPool(hub.database);
  for (const [index, [sort, column]] of Object.entries(columns).entries()) {
    // An order of its own for each sort, so that one that reads another's column is seen.
    const order = names.map((_name, at) => names[(at * (index % 2 === 0 ? 1 : 3) + index) % 4] ?? '');
    for (const [at, name] of order.entries()) {
      const value =
        column.endsWith('_at') || column === 'last_modified'
          ? `timestamptz 'epoch' + interval '${at} days'`
          : at;
      await superuser.pool.query(`update repos.repo set ${column} = ${value} where id = $1`, [ids.get(name)]);
    }
    for (const ascending of [true, false]) {
      const { items } = await hub.modules.repos.list(alice, { ...ALL, sort: sort as Sort, ascending });
      const found = items.map((repo) => repo.name);
      assert.deepEqual(ascending ? found : found.reverse(), order, `${sort}, ${ascending}`);
    }
  }
});

void test('list() refuses cursors it did not give out', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, await hub.addUser('alice'));
  const forge = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const cursor of [
    'x',
    forge(['2026', 'y']),
    forge([null, 'a'.repeat(24)]),
    forge(["1'; drop", 'a'.repeat(24)]),
  ])
    await assert.rejects(
      idsOf(hub, alice, { cursor }),
      (error) => isFault(error, 'repo.cursor-invalid'),
      cursor,
    );
});

void test('list() finds by part of the id, by words, and takes special characters as they are', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, await hub.addUser('alice'));
  for (const name of ['bert-base-cased', 'gpt_2', 'roberta'])
    await hub.addRepo(`alice/${name}`, { visibility: 'public' });
  assert.deepEqual(await idsOf(hub, alice, { search: 'bert' }), ['alice/bert-base-cased', 'alice/roberta']);
  assert.deepEqual(await idsOf(hub, alice, { search: 'cased base' }), ['alice/bert-base-cased']);
  assert.deepEqual(await idsOf(hub, alice, { search: 'alice/gpt' }), ['alice/gpt_2']);
  assert.deepEqual(await idsOf(hub, alice, { search: 'gpt_' }), ['alice/gpt_2']);
  // Fewer than three letters or digits are looked for at the beginnings of words alone.
  assert.deepEqual(await idsOf(hub, alice, { search: 'be' }), ['alice/bert-base-cased']);
  assert.deepEqual(await idsOf(hub, alice, { search: 'g' }), ['alice/gpt_2']);
  for (const nothing of ['%', '_', '-', '/'])
    assert.deepEqual(await idsOf(hub, alice, { search: nothing }), [], nothing);
  assert.deepEqual(await idsOf(hub, alice, { search: `') or 1=1 --` }), []);
  assert.deepEqual(await idsOf(hub, alice, { author: 'ALICE' }).then((ids) => ids.length), 3);
  assert.deepEqual(await idsOf(hub, alice, { author: 'nobody' }), []);
});

void test('note() and flush() count downloads, and lists sort by them', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, await hub.addUser('alice'));
  const few = await hub.addRepo('alice/few', { visibility: 'public' });
  const many = await hub.addRepo('alice/many', { visibility: 'public' });
  hub.modules.downloads.note(few.id);
  for (let n = 0; n < 3; n += 1) hub.modules.downloads.note(many.id);
  await hub.modules.downloads.flush();
  const { items } = await hub.modules.repos.list(alice, { ...ALL, sort: 'downloads' });
  assert.deepEqual(
    items.map((repo) => [repo.name, repo.downloads, repo.downloadsAllTime]),
    [
      ['many', 3, 3],
      ['few', 1, 1],
    ],
  );
  await hub.modules.downloads.renewWindows();
  const again = await hub.modules.repos.findById(many.id);
  assert.equal(again?.downloads, 3);
});

void test('like() counts and records a user once', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, await hub.addUser('alice'));
  assert.ok(alice.kind === 'user');
  const repo = await hub.addRepo('alice/x', { visibility: 'public' });
  const { likes, repos } = hub.modules;
  await likes.like(alice, repo);
  await likes.like(alice, repo);
  assert.equal((await repos.findById(repo.id))?.likes, 1);
  const liked = await likes.listOfUser(alice.userId, { visibleTo: [], cursor: undefined, limit: 10 });
  assert.deepEqual(
    liked.items.map((one) => one.fullName),
    ['alice/x'],
  );
  await likes.unlike(alice, repo);
  await likes.unlike(alice, repo);
  assert.equal((await repos.findById(repo.id))?.likes, 0);
  const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${repo.id}`);
  const social = entries.filter(({ kind }) => kind.endsWith('liked'));
  const by = `user:${alice.userId}`;
  assert.deepEqual(
    social.map(({ kind, actor }) => [kind, actor]),
    [
      ['repo.liked', by],
      ['repo.unliked', by],
    ],
  );
});

void test('list() uses an index for every sort, whatever the size of the hub', async () => {
  await using hub = await openServedHub();
  await hub.addUser('alice');
  await hub.addRepo('alice/x', { visibility: 'public' });
  await using superuser = openSuperuserPool(hub.database);
  const { pool } = superuser;
  await pool.query('set enable_seqscan = off');
  await pool.query('set enable_sort = off');
  for (const column of [
    'created_at',
    'last_modified',
    'downloads',
    'likes',
    'likes_30d',
    'trending',
    'coalesce(parameters, 0)',
    'coalesce(main_size, 0)',
    'id',
  ]) {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `explain select * from repos.repo where type = 'model' and deleted_at is null and visibility <> 'private'
         order by ${column} desc, id desc limit 10`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.match(plan, /Index Scan using repo_/, `${column}\n${plan}`);
    assert.doesNotMatch(plan, /Sort/, column);
  }
});
