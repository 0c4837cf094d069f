// Somebody who may only read a repository copies it: to get in their copy what its owner took back, or to keep its owner from
// changing it meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Who } from '../../src/modules/access/index.ts';
import { commit, regularFile, sampleOf, uploadFile } from '../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const secret = sampleOf(50_000);
const shown = sampleOf(40_000);
const OPEN = { type: 'model', namespace: 'ada', name: 'open' } as const;

async function setUp(): Promise<ServedHub & { ada: string; eve: string }> {
  const hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  await hub.addRepo('ada/open', { visibility: 'public' });
  await hub.addRepo('eve/model');
  return Object.assign(hub, { ada, eve });
}

async function post(
  { url, token }: { readonly url: string; readonly token: string },
  where: string,
  body: object,
): Promise<Response> {
  return await fetch(`${url}/api/models/${where}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** Uploads a file and takes it back with its history. */
async function takeBack(hub: ServedHub & { ada: string }): Promise<void> {
  const to = { token: hub.ada, repo: 'ada/open' };
  await uploadFile(hub, { ...to, sample: shown, path: 'shown.bin' });
  await uploadFile(hub, { ...to, sample: secret, path: 'secret.bin' });
  await commit(hub, to, [{ key: 'deletedFile', value: { path: 'secret.bin' } }]);
  assert.equal((await post({ url: hub.url, token: hub.ada }, 'ada/open/super-squash/main', {})).status, 200);
}

async function heldBy(hub: ServedHub & { eve: string }, name: string): Promise<string[]> {
  const { actor } = await hub.modules.authentication.authenticate(hub.eve);
  hub.modules.repos.forget();
  const repo = await hub.modules.repos.get(actor, { type: 'model', namespace: 'eve', name }, 'read');
  const held = await hub.modules.blobs.findMany(repo.id, [secret.oid, shown.oid] as Sha256[]);
  return [...held.keys()];
}

void test('a copy has no large file of a history that was squashed away, nor is it counted', async () => {
  await using hub = await setUp();
  await takeBack(hub);
  assert.equal(
    (await post({ url: hub.url, token: hub.eve }, 'ada/open/duplicate', { repository: 'eve/copy' })).status,
    200,
  );
  assert.deepEqual(await heldBy(hub, 'copy'), [shown.oid]);
  const { actor } = await hub.modules.authentication.authenticate(hub.eve);
  const copy = await hub.modules.repos.get(actor, { type: 'model', namespace: 'eve', name: 'copy' }, 'read');
  assert.ok(copy.usedStorage >= shown.size && copy.usedStorage < secret.size + shown.size);
});

void test('of large files that no commit names any more none is given to another repository', async () => {
  await using hub = await setUp();
  await takeBack(hub);
  // What the daily sweep does, days later.
  await using superuser = openSuperuserPool(hub.database);
  await superuser.pool.query('delete from git.object where lfs_sha256 = $1', [secret.oid]);
  const files = [secret, shown].map(({ oid }) => ({ sha256: oid }));
  const target = { type: 'model', name: 'eve/model' };
  const answer = await post({ url: hub.url, token: hub.eve }, 'ada/open/lfs-files/duplicate', {
    target,
    files,
  });
  assert.equal(answer.status, 207);
  const { failed } = (await answer.json()) as { failed: { sha256: string }[] };
  assert.deepEqual(
    failed.map(({ sha256 }) => sha256),
    [secret.oid],
  );
  assert.deepEqual(await heldBy(hub, 'model'), [shown.oid]);
});

/** Copies as eve, and stops before anything is written until it is told to go on. */
async function beginCopy(hub: ServedHub & { eve: string }, name: string) {
  const { actor } = await hub.modules.authentication.authenticate(hub.eve);
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  let asked = 0;
  const who: Who = async () => {
    asked += 1;
    // At the beginning, once it was measured, and when the copy is there.
    if (asked === 2) {
      reached.resolve();
      await goOn.promise;
    }
    return actor;
  };
  const wish = { from: OPEN, to: { namespace: 'eve', name }, visibility: undefined };
  const done = hub.modules.changes.duplicate(who, wish);
  done.catch(() => undefined);
  await Promise.race([reached.promise, done]);
  return { goOn: goOn.resolve, done };
}

void test('while it is copied, a repository is committed to and made private, and then its copy is not made', async () => {
  await using hub = await setUp();
  const copy = await beginCopy(hub, 'copy');
  await commit(hub, { token: hub.ada, repo: 'ada/open' }, [regularFile('next.txt', 'next')]);
  const { actor: ada } = await hub.modules.authentication.authenticate(hub.ada);
  await hub.modules.changes.changeSettings(() => Promise.resolve(ada), OPEN, { visibility: 'private' });
  copy.goOn();
  await assert.rejects(copy.done, (error) => isFault(error, 'repo.missing'));
  await assert.rejects(heldBy(hub, 'copy'), (error) => isFault(error, 'repo.missing'));
});

void test('what is erased from the history while it is copied is in no copy', async () => {
  await using hub = await setUp();
  const to = { token: hub.ada, repo: 'ada/open' };
  await uploadFile(hub, { ...to, sample: shown, path: 'shown.bin' });
  await uploadFile(hub, { ...to, sample: secret, path: 'secret.bin' });
  const copy = await beginCopy(hub, 'copy');
  const deletions = { sha: [secret.oid], rewriteHistory: true };
  const erased = await post({ url: hub.url, token: hub.ada }, 'ada/open/lfs-files/batch', { deletions });
  assert.equal(erased.status, 200);
  copy.goOn();
  await assert.rejects(copy.done, (error) => isFault(error, 'repo.copy-overtaken'));
  await assert.rejects(heldBy(hub, 'copy'), (error) => isFault(error, 'repo.missing'));
});

void test('one person makes two copies at a time, and the next once one is done', async () => {
  await using hub = await setUp();
  const copies = [await beginCopy(hub, 'a'), await beginCopy(hub, 'b')];
  const answer = await post({ url: hub.url, token: hub.eve }, 'ada/open/duplicate', { repository: 'eve/c' });
  assert.equal(answer.status, 429);
  assert.equal(
    (await post({ url: hub.url, token: hub.ada }, 'ada/open/duplicate', { repository: 'ada/copy' })).status,
    200,
  );
  for (const { goOn } of copies) goOn();
  await Promise.all(copies.map(async ({ done }) => await done));
  assert.equal(
    (await post({ url: hub.url, token: hub.eve }, 'ada/open/duplicate', { repository: 'eve/c' })).status,
    200,
  );
});
