// What no ref reaches goes two weeks after the ref let go of it; git itself finds the rest whole.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { sql } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { mustRun } from '../../harness/program.ts';
import { openScratch } from '../../harness/scratch.ts';
import { sweep } from '../../harness/upkeep.ts';
import { file, openHubClient, type HubClient } from '../content/hub-client.ts';
import { exportRepository } from '../git/export-repository.ts';

const REPO = '/api/models/ann/m';

/** Asks git whether the repository is whole. With `tight`, nothing may be in it that no ref reaches. */
async function fsck(client: HubClient, tight: boolean): Promise<void> {
  await using scratch = await openScratch('swept');
  const folder = path.join(scratch.path, 'm.git');
  await exportRepository(client.hub.modules.db, client.repoId, folder);
  const said = await mustRun('git', ['-C', folder, 'fsck', '--strict', '--full', '--unreachable']);
  if (tight) assert.equal(said.trim(), '');
}

async function count(client: HubClient, table: 'object' | 'commit' | 'change'): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(`git.${table}`)}
    where repo_id = ${client.repoId}`.execute(client.hub.modules.db.withTables<never>());
  return rows[0]?.n ?? 0;
}

async function storageOf(client: HubClient): Promise<number> {
  return (await client.hub.modules.repos.findById(client.repoId as Id))?.usedStorage ?? 0;
}

async function openHistory(): Promise<HubClient> {
  const client = await openHubClient();
  await client.mustCommit(file('README.md', 'one'), file('f/a.txt', 'a'), file('f/g/b.txt', 'b'));
  await client.mustCommit(file('f/a.txt', 'changed'));
  await client.mustCommit(file('f/g/b.txt', 'changed, too'), file('f/a.txt', 'again'));
  return client;
}

const squash = async (client: HubClient): Promise<void> => {
  assert.equal((await client.post(`${REPO}/super-squash/main`, {})).status, 200);
};

void test('what a squash let go of stays for two weeks, and then goes', async () => {
  await using client = await openHistory();
  await client.post(`${REPO}/tag/main`, { tag: 'noted', message: 'a release' });
  const old = await client.mustCommit(file('f/a.txt', 'the last'));
  await squash(client);
  const before = { objects: await count(client, 'object'), storage: await storageOf(client) };
  assert.equal((await sweep(client.hub, 13)).gitObjects, 0);
  assert.equal(await count(client, 'object'), before.objects);
  const { commits, gitObjects, gitBytes } = await sweep(client.hub, 15);
  assert.equal(commits, 1, 'the tag keeps the others');
  assert.equal(await count(client, 'object'), before.objects - gitObjects);
  assert.equal(await storageOf(client), before.storage - gitBytes);
  await fsck(client, true);
  assert.equal((await client.call('GET', `${REPO}/tree/${old}`)).status, 404);
  assert.equal(await client.text('f/a.txt'), 'the last');
  assert.equal(await client.text('f/a.txt', 'noted'), 'again');
  assert.equal((await sweep(client.hub, 40)).gitObjects, 0);
});

void test('a deleted branch goes with what it alone reached, and what was noted of its commits', async () => {
  await using client = await openHistory();
  await client.post(`${REPO}/branch/side`, {});
  for (const n of ['1', '2', '3'])
    assert.equal((await client.commit([file(`side/${n}.txt`, n)], { revision: 'side' })).status, 200);
  const changes = await count(client, 'change');
  await client.call('DELETE', `${REPO}/branch/side`);
  const swept = await sweep(client.hub, 15);
  // Three commits; of each its root and its folder; three files.
  assert.deepEqual([swept.commits, swept.gitObjects], [3, 12]);
  assert.equal(await count(client, 'change'), changes - 6);
  await fsck(client, true);
});

void test('what a later ref let go of is not swept with what an earlier one did', async () => {
  await using client = await openHistory();
  await squash(client);
  await sql`update git.dropped set at = at - interval '10 days'`.execute(
    client.hub.modules.db.withTables<never>(),
  );
  const later = await client.mustCommit(file('x.txt', 'later'));
  await squash(client);
  assert.equal((await sweep(client.hub, 5)).commits, 4);
  assert.equal(await client.text('x.txt', later), 'later');
  await fsck(client, false);
  assert.equal((await sweep(client.hub, 15)).commits, 2);
  await fsck(client, true);
});

void test('a branch that takes an old commit up again while the sweep runs is whole or refused', async () => {
  await using client = await openHistory();
  const olds: string[] = [];
  for (let n = 0; n < 12; n += 1) olds.push(await client.mustCommit(file(`${n}/n.txt`, String(n))));
  await squash(client);
  const [, , ...answers] = await Promise.all([
    sweep(client.hub, 15),
    sweep(client.hub, 15),
    ...olds.map(async (old, n) => await client.post(`${REPO}/branch/again-${n}`, { startingPoint: old })),
    ...olds.map(
      async (_old, n) => await client.commit([file(`${n}/n.txt`, String(n)), file('same', `${n}`)]),
    ),
  ]);
  assert.ok(answers.every(({ status }) => [200, 404].includes(status)));
  await fsck(client, false);
  await sweep(client.hub, 30);
  await fsck(client, true);
});

void test('a damaged history is left as it is, and told of', async () => {
  await using client = await openHistory();
  await squash(client);
  const db = client.hub.modules.db.withTables<never>();
  await sql`delete from git.object where repo_id = ${client.repoId} and kind = 'tree' and oid not in
    (select tree from git.commit where repo_id = ${client.repoId})`.execute(db);
  const before = await count(client, 'object');
  await assert.rejects(sweep(client.hub, 15), /could not be swept/);
  assert.equal(await count(client, 'object'), before);
});

void test('a copy of a repository has nothing of what the source let go of', async () => {
  await using client = await openHistory();
  await squash(client);
  const answer = await client.post(`${REPO}/duplicate`, { repository: 'ann/copy' });
  assert.equal(answer.status, 200, answer.text);
  assert.equal((await sweep(client.hub, 15)).commits, 4);
});
