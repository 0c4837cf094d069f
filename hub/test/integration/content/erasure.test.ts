// Large files deleted for good through the served hub: gone from every revision, and nothing else with them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Sha256 } from '@holdfast/kernel/digest';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { put, sampleOf, uploadLink, type Sample } from '../../harness/lfs.ts';
import { file, openHubClient, type Answered, type HubClient, type Line } from './hub-client.ts';

const REPO = '/api/models/ann/m';

/** The operation that names an object. */
function large(path: string, { oid, size }: Sample): Line {
  return { key: 'lfsFile', value: { path, algo: 'sha256', oid, size } };
}

/** The same, once its bytes are sent. */
async function upload(client: HubClient, path: string, sample: Sample): Promise<Line> {
  const link = await uploadLink(client.hub, { token: client.token, repo: 'ann/m', sample });
  assert.equal((await put(link, sample.bytes)).status, 200);
  return large(path, sample);
}

async function erase(client: HubClient, ...samples: readonly Sample[]): Promise<Answered> {
  return await client.post(`${REPO}/lfs-files/batch`, { deletions: { sha: samples.map(({ oid }) => oid) } });
}

async function commitTo(client: HubClient, revision: string, ...lines: readonly Line[]): Promise<string> {
  const answer = await client.commit(lines, { revision });
  assert.equal(answer.status, 200, answer.text);
  return (answer.json as { commitOid: string }).commitOid;
}

interface Told {
  readonly id: string;
  readonly title: string;
  readonly date: string;
  readonly authors: readonly { readonly user: string }[];
}

async function commitsOf(client: HubClient, revision: string): Promise<Told[]> {
  const answer = await client.call('GET', `${REPO}/commits/${encodeURIComponent(revision)}?limit=100`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json as Told[];
}

async function storageOf(client: HubClient): Promise<number> {
  const answer = await client.call('GET', `${REPO}?expand[]=usedStorage`);
  return (answer.json as { usedStorage: number }).usedStorage;
}

/** A history with two large files: one in folders and on every line, one that stays. */
async function openHistory() {
  const client = await openHubClient();
  const [bad, good] = [sampleOf(300_000), sampleOf(200_000)];
  await client.post(`${REPO}/branch/before`, {});
  const first = await client.mustCommit(file('README.md', '---\nlicense: mit\n---\n'), file('f/a.txt', 'a'));
  const added = await client.mustCommit(
    await upload(client, 'f/g/bad.bin', bad),
    await upload(client, 'good.bin', good),
  );
  await client.post(`${REPO}/tag/main`, { tag: 'light' });
  await client.post(`${REPO}/tag/main`, { tag: 'noted', message: 'a release' });
  await client.post(`${REPO}/branch/side%2Fone`, {});
  await commitTo(client, 'side/one', file('side.txt', 's'), large('again.bin', bad));
  await client.mustCommit({ key: 'deletedFile', value: { path: 'f/g/bad.bin' } }, file('f/b.txt', 'b'));
  const head = await client.mustCommit(file('f/a.txt', 'a2'));
  return {
    client,
    bad,
    good,
    first,
    added,
    head,
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

void test('erase() leaves no revision with the file, and every other file as it was', async () => {
  await using history = await openHistory();
  const { client, bad, good, first, added, head } = history;
  const { modules } = client.hub;
  const storage = await storageOf(client);
  const told = await commitsOf(client, 'main');
  const answer = await erase(client, bad);
  assert.deepEqual([answer.status, answer.json], [200, { deleted: 1 }]);

  for (const [revision, paths] of Object.entries({
    before: ['.gitattributes'],
    light: ['.gitattributes', 'README.md', 'f/a.txt', 'good.bin'],
    noted: ['.gitattributes', 'README.md', 'f/a.txt', 'good.bin'],
    'side/one': ['.gitattributes', 'README.md', 'f/a.txt', 'good.bin', 'side.txt'],
    main: ['.gitattributes', 'README.md', 'f/a.txt', 'f/b.txt', 'good.bin'],
  }))
    assert.deepEqual(await client.paths(revision), paths, revision);
  assert.equal(await client.text('f/a.txt', 'light'), 'a');
  const kept = await client.call('GET', '/ann/m/resolve/light/good.bin');
  assert.equal(kept.headers.get('etag'), `"${good.oid}"`);

  const now = await commitsOf(client, 'main');
  const without = ({ title, date, authors }: Told) => ({ title, date, authors });
  assert.deepEqual(now.map(without), told.map(without), 'who, when and why stay');
  assert.equal(now.at(-2)?.id, first, 'what came before the file keeps its id');
  assert.ok(now.slice(0, 3).every(({ id }) => id !== added && id !== head));
  const info = (await client.call('GET', REPO)).json as { sha: string; tags: string[] };
  assert.equal(info.sha, now[0]?.id);
  assert.ok(info.tags.includes('license:mit'));

  const was = 'ann/m/resolve';
  for (const url of [
    `/${was}/${added}/f/g/bad.bin`,
    `/${was}/${added}/good.bin`,
    `/${was}/${head}/README.md`,
    `/ann/m/raw/${added}/f/g/bad.bin`,
    `${REPO}/tree/${added}`,
    `${REPO}/commits/${head}`,
    `${REPO}/revision/${head}`,
  ])
    assert.equal((await client.call('GET', url)).status, 404, url);
  assert.equal((await client.call('GET', `/${was}/${first}/f/a.txt`)).status, 200);
  assert.equal(await modules.store.has(bad.oid as Sha256), false);
  const growth = (await storageOf(client)) - storage + bad.size;
  assert.ok(growth >= 0 && growth < 20_000, `only new commits and folders were added: ${growth}`);
});

void test('erase() says in the ledger what it did, and what became of each ref', async () => {
  await using history = await openHistory();
  const { client, bad, head } = history;
  await erase(client, bad);
  const entries = await new LedgerReader(client.hub.modules.db).listOfSubject(`repo:${client.repoId}`);
  const kinds = entries.map(({ kind }) => kind);
  const start = kinds.indexOf('commit.rewritten');
  assert.deepEqual(kinds.slice(start), ['commit.rewritten', ...Array(4).fill('ref.moved'), 'upload.removed']);
  const bodies = entries.slice(start).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  assert.deepEqual(bodies[0], { objects: [bad.oid], refs: 4, rebuilt: 4, erased: 4 });
  assert.deepEqual(
    bodies.slice(1, 5).map(({ ref }) => ref),
    ['refs/heads/main', 'refs/heads/side/one', 'refs/tags/light', 'refs/tags/noted'],
  );
  const [now] = await commitsOf(client, 'main');
  assert.deepEqual(bodies[1], { ref: 'refs/heads/main', before: head, commit: now?.id });
});

void test('the last commit of a folder is one that changed what is left of it', async () => {
  await using client = await openHubClient();
  const bad = sampleOf(100_000);
  await client.commit([file('f/a.txt', 'a')], { header: { summary: 'real' } });
  await client.commit([await upload(client, 'f/bad.bin', bad)], { header: { summary: 'only the file' } });
  assert.equal((await erase(client, bad)).status, 200);
  const { json } = await client.call('GET', `${REPO}/tree/main?expand=true`);
  const folder = (json as { path: string; lastCommit: { title: string } }[]).find(({ path }) => path === 'f');
  assert.equal(folder?.lastCommit.title, 'real');
  assert.deepEqual(
    (await commitsOf(client, 'main')).map(({ title }) => title),
    ['only the file', 'real', 'initial commit'],
  );
});

void test('commits that come in between follow one another, and none brings the file back', async () => {
  await using history = await openHistory();
  const { client, bad } = history;
  const writes = Array.from({ length: 12 }, async (_none, n) => {
    const parentCommit = n % 3 === 0 ? history.head : undefined;
    return await client.commit([file(`late/${n}`, String(n))], {
      header: { summary: `late ${n}`, ...(parentCommit !== undefined && { parentCommit }) },
    });
  });
  const copying = client.commit([large('back.bin', bad)]);
  const [erased, copied, ...written] = await Promise.all([erase(client, bad), copying, ...writes]);
  assert.equal(erased.status, 200);
  assert.ok(copied.status === 200 || copied.status === 400, copied.text);
  const accepted = written.flatMap(({ status }, n) => (status === 200 ? [n] : []));
  assert.ok(written.every(({ status }) => status === 200 || status === 412));
  assert.ok(accepted.length >= 8, 'those that named no parent all went through');
  const paths = await client.paths();
  assert.ok(accepted.every((n) => paths.includes(`late/${n}`)));
  assert.ok(!paths.includes('back.bin'));
  for (const { id } of await commitsOf(client, 'main')) {
    const { json } = await client.call('GET', `${REPO}/tree/${id}?recursive=true`);
    assert.ok(
      (json as { lfs?: { oid: string } }[]).every(({ lfs }) => lfs?.oid !== bad.oid),
      id,
    );
  }
});

void test('a commit that was named before is refused, and the file can be committed again once it is sent again', async () => {
  await using history = await openHistory();
  const { client, bad, head } = history;
  await erase(client, bad);
  const stale = await client.commit([file('x', 'x')], { header: { parentCommit: head } });
  assert.equal(stale.status, 412);
  assert.equal((await client.commit([large('f/g/bad.bin', bad)])).status, 400, 'its object is not here');
  await client.mustCommit(await upload(client, 'f/g/bad.bin', bad));
  const { headers } = await client.call('HEAD', '/ann/m/resolve/main/f/g/bad.bin');
  assert.equal(headers.get('etag'), `"${bad.oid}"`);
});

void test('a request that made a commit of the file is not taken for done', async () => {
  await using client = await openHubClient();
  const bad = sampleOf(100_000);
  const lines = [await upload(client, 'bad.bin', bad), file('x', 'x')];
  const before = await client.mustCommit(...lines);
  assert.equal(await client.mustCommit(...lines), before, 'the same request again is the same commit');
  await erase(client, bad);
  assert.equal((await client.commit(lines)).status, 400);
});

void test('pointers whose object is gone already are taken out, too', async () => {
  await using history = await openHistory();
  const { client, bad } = history;
  await client.post(`${REPO}/lfs-files/batch`, { deletions: { sha: [bad.oid], rewriteHistory: false } });
  assert.ok((await client.paths('light')).includes('f/g/bad.bin'));
  assert.deepEqual((await erase(client, bad)).json, { deleted: 0 });
  assert.ok(!(await client.paths('light')).includes('f/g/bad.bin'));
});

void test('objects that no commit names go without a new commit', async () => {
  await using history = await openHistory();
  const { client, head } = history;
  const loose = sampleOf(50_000);
  await upload(client, 'never', loose);
  assert.deepEqual((await erase(client, loose)).json, { deleted: 1 });
  assert.equal((await commitsOf(client, 'main'))[0]?.id, head);
});

void test('a history that is too large is refused whole, with what to do', async () => {
  await using history = await openHistory();
  const { client, bad } = history;
  const db = client.hub.database.db.withTables<never>();
  const repo = client.repoId as Id;
  await sql`insert into git.object (repo_id, oid, kind, size, bytes)
    select ${repo}, lpad(n::text, 40, '0'), 'commit', 0, '' from generate_series(1, 20000) n`.execute(db);
  await sql`insert into git.commit
    select c.repo_id, o.oid, c.tree, '{}', null, 1, o.oid, 1, '', '', '', c.at, null
      from git.commit c join git.object o on o.repo_id = c.repo_id and o.size = 0
     where c.repo_id = ${repo} and c.oid = ${history.first}`.execute(db);
  const answer = await erase(client, bad);
  assert.equal(answer.status, 413);
  assert.match(answer.text, /too large to be rewritten: it has more than 20000 commits.*without rewriting/);
  assert.equal((await commitsOf(client, 'main'))[0]?.id, history.head);
  assert.equal((await client.call('GET', '/ann/m/resolve/light/f/g/bad.bin')).status, 200);
});
