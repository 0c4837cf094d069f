// An object that is given to another repository is there until it can have been committed, or whoever asked is told that it
// is not; and a copy of a repository has what the first one shows.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { commit, put, sampleOf, uploadFile, uploadLink, type Sample } from '../../harness/lfs.ts';
import { openServedHub } from '../../harness/served-hub.ts';
import { sweep } from '../../harness/upkeep.ts';
import { untilTrue } from '../../harness/vault-doors.ts';

const SYSTEM = { kind: 'system', part: 'test' } as const;

async function setUp() {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id: from } = await hub.addRepo('ada/model');
  const { id: to } = await hub.addRepo('ada/other');
  const sample = sampleOf(1000);
  const oid = sample.oid as Sha256;
  await uploadFile(hub, { token, repo: 'ada/model', sample, path: 'a.bin' });
  const copy = async () => {
    const repos = { from, to, readIsRecorded: false };
    return await hub.modules.blobs.copyBetween(SYSTEM, repos, [oid]);
  };
  return { hub, token, from, to, sample, oid, copy, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

type Scene = Awaited<ReturnType<typeof setUp>>;

/** Makes all objects look as if they had come a month ago. */
async function age({ hub }: Scene): Promise<void> {
  const db = hub.modules.db.withTables<never>();
  await sql`update blobs.object set pushed_at = now() - interval '30 days'`.execute(db);
}

async function commitIn({ hub, token }: Scene, repo: string, { oid, size }: Sample): Promise<void> {
  await commit(hub, { token, repo }, [
    { key: 'lfsFile', value: { path: 'b.bin', algo: 'sha256', oid, size } },
  ]);
}

async function fetchFile({ hub, token }: Scene, at: string): Promise<number> {
  const answer = await fetch(`${hub.url}/${at}`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

void test('a sweep between a copy and its commit leaves the copy, however old the object is', async () => {
  await using scene = await setUp();
  await age(scene);
  assert.deepEqual(await scene.copy(), []);
  await sweep(scene.hub, 0);
  await commitIn(scene, 'ada/other', scene.sample);
  assert.equal(await fetchFile(scene, 'ada/other/resolve/main/b.bin'), 200);
});

void test('the same where the other repository has it already, and no commit there points to it', async () => {
  await using scene = await setUp();
  const { hub, token, sample } = scene;
  const link = await uploadLink(hub, { token, repo: 'ada/other', sample });
  assert.equal((await put(link, sample.bytes)).status, 200);
  await age(scene);
  assert.deepEqual(await scene.copy(), []);
  await sweep(hub, 0);
  await commitIn(scene, 'ada/other', sample);
  assert.equal(await fetchFile(scene, 'ada/other/resolve/main/b.bin'), 200);
});

void test('who asks for a copy of what is removed at that moment is told that it is not there', async () => {
  await using scene = await setUp();
  const { hub, from, to, oid } = scene;
  const release = Promise.withResolvers<undefined>();
  const locked = Promise.withResolvers<undefined>();
  const holding = hub.modules.db.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(('x' || ${oid.slice(0, 16)})::bit(64)::bigint)`.execute(
      tx.withTables<never>(),
    );
    locked.resolve(undefined);
    await release.promise;
  });
  await locked.promise;
  const copying = scene.copy();
  await untilTrue('the copy waits', async () => {
    const { rows } = await sql`select from pg_locks where locktype = 'advisory' and not granted`.execute(
      hub.modules.db.withTables<never>(),
    );
    return rows.length > 0;
  });
  const removing = hub.modules.blobs.remove(SYSTEM, from, [oid]);
  await untilTrue('it is gone', async () => (await hub.modules.blobs.find(from, oid)) === undefined);
  release.resolve(undefined);
  await Promise.all([holding, removing]);
  assert.deepEqual(
    (await copying).map(({ sha256 }) => sha256),
    [oid],
  );
  assert.equal(await hub.modules.blobs.find(to, oid), undefined);
});

void test('a copy of a repository has an object that was removed and sent again, as the first one has', async () => {
  await using scene = await setUp();
  const { hub, token, from, oid, sample } = scene;
  await hub.modules.blobs.remove(SYSTEM, from, [oid]);
  const link = await uploadLink(hub, { token, repo: 'ada/model', sample });
  assert.equal((await put(link, sample.bytes)).status, 200);
  assert.equal(await fetchFile(scene, 'ada/model/resolve/main/a.bin'), 200);
  const answer = await fetch(`${hub.url}/api/models/ada/model/duplicate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ repository: 'ada/copy' }),
  });
  assert.equal(answer.status, 200, await answer.text());
  assert.equal(await fetchFile(scene, 'ada/copy/resolve/main/a.bin'), 200);
});
