// The files of repositories in a list of them: complete, in a bounded number of questions, and only for who may read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { commit, regularFile } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';

interface Listed {
  readonly id: string;
  readonly siblings?: readonly { readonly rfilename: string }[];
}

interface Page {
  readonly items: readonly Listed[];
  readonly next: string | undefined;
}

async function ask(hub: ServedHub, url: string, token: string): Promise<Page> {
  const answer = await fetch(new URL(url, hub.url), { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200, await answer.clone().text());
  const next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  return { items: (await answer.json()) as Listed[], next };
}

function namesOf(listed: Listed | undefined): string[] | undefined {
  return listed?.siblings?.map(({ rfilename }) => rfilename);
}

void test('a full list names the files of each repository, those in folders too, and a plain one none', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  for (const repo of ['ada/one', 'ada/two', 'ada/three']) await hub.addRepo(repo);
  const files = ['a-/x', 'a.txt', 'a/b/c.txt', 'a/b.txt', 'z/ü', 'config.json'];
  await commit(
    hub,
    { token: ada, repo: 'ada/two' },
    files.map((path) => regularFile(path, path)),
  );
  for (const query of ['full=true', 'expand=siblings', 'expand[]=siblings&expand[]=sha']) {
    const { items } = await ask(hub, `/api/models?sort=createdAt&${query}`, ada);
    assert.deepEqual(
      items.map(({ id }) => id),
      ['ada/three', 'ada/two', 'ada/one'],
    );
    const [three, two, one] = items.map(namesOf);
    assert.deepEqual(two, ['.gitattributes', 'a-/x', 'a.txt', 'a/b.txt', 'a/b/c.txt', 'config.json', 'z/ü']);
    assert.deepEqual([three, one], [['.gitattributes'], ['.gitattributes']]);
    const info = (await ask(hub, '/api/models/ada/two', ada)).items as unknown as Listed;
    assert.deepEqual(two, namesOf(info), 'as the repository itself is described');
  }
  for (const query of ['', 'expand=sha', 'cardData=true'])
    for (const { siblings } of (await ask(hub, `/api/models?${query}`, ada)).items)
      assert.equal(siblings, undefined);
});

void test('the questions to the database are as many for thirty repositories as for two', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  for (let n = 0; n < 30; n += 1) await hub.addRepo(`ada/m${n}`, { visibility: 'public' });
  let questions = 0;
  hub.modules.pool.on('acquire', () => (questions += 1));
  // The hub itself asks now and then, too: the least of a few is what the list needs.
  const counted = async (limit: number): Promise<number> => {
    let least = Infinity;
    for (let round = 0; round < 5; round += 1) {
      questions = 0;
      const { items } = await ask(hub, `/api/models?full=true&limit=${limit}`, ada);
      assert.equal(items.filter((one) => namesOf(one)?.length === 1).length, limit);
      least = Math.min(least, questions);
    }
    return least;
  };
  await counted(2);
  assert.equal(await counted(30), await counted(2));
});

void test('a page ends early where files are many, and the next goes on with every repository once', async () => {
  // A commit of so many files takes long before its answer begins.
  await using hub = await openServedHub({ limits: { idleTimeout: 60_000 } });
  const ada = await hub.addUser('ada');
  for (const repo of ['ada/a', 'ada/big', 'ada/c', 'ada/d']) await hub.addRepo(repo);
  const long = 'n'.repeat(110);
  const files = Array.from({ length: 20_000 }, (_none, n) => regularFile(`f/${n}-${long}`, ''));
  await commit(hub, { token: ada, repo: 'ada/big' }, files);
  const pages: Page[] = [];
  for (
    let next: string | undefined = '/api/models?sort=createdAt&direction=1&full=true';
    next !== undefined;
  ) {
    const page: Page = await ask(hub, next, ada);
    pages.push(page);
    next = page.next;
  }
  assert.deepEqual(
    pages.map(({ items }) => items.map(({ id }) => id)),
    [['ada/a'], ['ada/big'], ['ada/c', 'ada/d']],
  );
  assert.equal(namesOf(pages[1]?.items[0])?.length, 20_001);
});

void test('files show only to who may read them, and the ledger says who was shown them', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  const hidden = await hub.addRepo('ada/hidden');
  await hub.addRepo('ada/open', { visibility: 'public' });
  const gated = await hub.addRepo('ada/gated', { visibility: 'public' });
  const { actor } = await hub.modules.authentication.authenticate(ada);
  await hub.modules.changes.changeSettings(
    () => Promise.resolve(actor),
    { type: 'model', namespace: 'ada', name: 'gated' },
    { gated: 'manual' },
  );
  const { items } = await ask(hub, '/api/models?full=true&sort=createdAt', eve);
  assert.deepEqual(
    items.map((one) => [one.id, namesOf(one)]),
    [
      ['ada/gated', []],
      ['ada/open', ['.gitattributes']],
    ],
  );
  const readsOf = async (id: string): Promise<string[]> => {
    const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${id}`);
    return entries.filter(({ kind }) => kind === 'read.private').map(({ body }) => body);
  };
  assert.deepEqual([await readsOf(hidden.id), await readsOf(gated.id)], [[], []]);
  await ask(hub, '/api/models?full=true', ada);
  const [read] = await readsOf(hidden.id);
  assert.equal((JSON.parse(read ?? '{}') as { revision?: string }).revision, hidden.head);
  assert.equal((await readsOf(gated.id)).length, 1);
});
