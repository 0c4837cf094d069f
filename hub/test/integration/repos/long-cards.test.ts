// Repositories with cards and paths as long as somebody can make them: no list and no description of one grows with that.
import assert from 'node:assert/strict';
import test from 'node:test';
import { KiB, MiB } from '@holdfast/kernel/size';
import { commit, regularFile } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

interface Listed {
  readonly id: string;
  readonly cardData?: { readonly license?: string };
  readonly siblings?: readonly { readonly rfilename: string }[];
}

interface Answer {
  readonly bytes: number;
  readonly body: unknown;
  readonly next: string | undefined;
}

async function ask(hub: ServedHub, url: string, token: string): Promise<Answer> {
  const answer = await fetch(new URL(url, hub.url), { headers: { authorization: `Bearer ${token}` } });
  const text = await answer.text();
  assert.equal(answer.status, 200, text.slice(0, 200));
  const next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  return { bytes: Buffer.byteLength(text), body: JSON.parse(text), next };
}

void test('lists of repositories whose cards are long end their pages early, and plain lists read no card', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  for (let n = 0; n < 12; n += 1) await hub.addRepo(`ada/m${n}`);
  // As rows of before, when cards had no bound.
  await using superuser = openSuperuserPool(hub.database);
  await superuser.pool.query(
    `update repos.repo set card = jsonb_build_object('license', 'mit', 'x', repeat('y', 1600000))`,
  );
  const plain = await ask(hub, '/api/models', ada);
  assert.deepEqual([(plain.body as Listed[]).length, plain.next], [12, undefined]);
  const seen: string[] = [];
  let pages = 0;
  for (
    let url: string | undefined = '/api/models?cardData=true&sort=createdAt';
    url !== undefined;
    pages += 1
  ) {
    const page: Answer = await ask(hub, url, ada);
    assert.ok(page.bytes < 12 * MiB, `${page.bytes} bytes`);
    for (const { id, cardData } of page.body as Listed[]) {
      assert.equal(cardData?.license, 'mit');
      seen.push(id);
    }
    url = page.next;
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 12 }, (_none, n) => `ada/m${11 - n}`),
  );
  assert.equal(pages, 2);
  assert.equal((await ask(hub, '/api/models/ada/m3', ada)).next, undefined);
});

void test('a card that is committed is kept up to 64 KiB, and its repository is listed by the rest', async () => {
  await using hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/m');
  const anchor = `base: &base "${'x'.repeat(3000)}"`;
  const readme = `---\nlicense: mit\n${anchor}\nmore: [${'*base, '.repeat(500)}*base]\n---\n`;
  await commit(hub, { token: ada, repo: 'ada/m' }, [regularFile('README.md', readme)]);
  const [found] = (await ask(hub, '/api/models?cardData=true&filter=license:mit', ada)).body as Listed[];
  assert.deepEqual([found?.id, Object.keys(found?.cardData ?? {})], ['ada/m', ['base', 'license']]);
  const repo = await hub.modules.repos.findById(id);
  assert.ok(JSON.stringify(repo?.facets.card).length < 64 * KiB);
});

void test('a repository whose paths are too long for one answer is described without them', async () => {
  await using hub = await openServedHub({ limits: { idleTimeout: 60_000 } });
  const ada = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/m');
  const folder = Array.from({ length: 15 }, () => 'd'.repeat(250)).join('/');
  const files = Array.from({ length: 2300 }, (_none, n) => regularFile(`${folder}/${n}`, ''));
  await commit(hub, { token: ada, repo: 'ada/m' }, files);
  for (const query of ['', '?blobs=true', '?expand=siblings']) {
    const { body, bytes } = await ask(hub, `/api/models/ada/m${query}`, ada);
    assert.equal((body as Listed).siblings?.length, undefined, 'some of them would be taken for all');
    assert.ok(bytes < 10 * KiB);
  }
  const [listed] = (await ask(hub, '/api/models?full=true', ada)).body as Listed[];
  assert.deepEqual([listed?.id, listed?.siblings?.length], ['ada/m', undefined]);
  const repo = await hub.modules.repos.findById(id);
  assert.ok(repo?.head);
  assert.equal((await hub.modules.content.listFiles(repo, repo.head)).length, 2301);
});
