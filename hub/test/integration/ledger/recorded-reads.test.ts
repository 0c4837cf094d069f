// What not everybody may read is recorded before it is shown, by whichever way it is asked for, with the commit that
// was shown: of private repositories and of gated ones.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Visibility, type Gating } from '../../../src/modules/access/index.ts';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { askOne, sampleOf, uploadFile } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const sample = sampleOf(5_000);

interface Fixture extends AsyncDisposable {
  readonly hub: ServedHub;
  readonly token: string;
  readonly repoId: string;
  readonly first: string;
  readonly second: string;
  /** What was recorded by this call. */
  readsOf(call: () => Promise<unknown>): Promise<{ revision: string; path: string }[]>;
  get(path: string): Promise<Response>;
}

async function setUp(settings: { visibility: Visibility; gated: Gating }): Promise<Fixture> {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const first = await uploadFile(hub, { token, repo: 'ada/model', sample, path: 'a/weights.bin' });
  const second = await uploadFile(hub, { token, repo: 'ada/model', sample: sampleOf(10), path: 'a/x.bin' });
  const { actor } = await hub.modules.authentication.authenticate(token);
  const address = { type: 'model', namespace: 'ada', name: 'model' } as const;
  await hub.modules.changes.changeSettings(() => Promise.resolve(actor), address, settings);
  const list = async () => {
    const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${id}`);
    return entries
      .filter(({ kind }) => kind === 'read.private')
      .map(({ body }) => JSON.parse(body) as { revision: string; path: string });
  };
  return {
    ...{ hub, token, repoId: id, first, second },
    async readsOf(call) {
      const before = (await list()).length;
      await call();
      return (await list()).slice(before).map(({ revision, path }) => ({ revision, path }));
    },
    async get(path) {
      const answer = await fetch(hub.url + path, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answer.status, 200, await answer.clone().text());
      await answer.clone().arrayBuffer();
      return answer;
    },
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
}

for (const settings of [
  { visibility: 'private', gated: false },
  { visibility: 'public', gated: 'manual' },
] as const)
  void test(`reads of a ${settings.visibility}, ${settings.gated === false ? 'open' : 'gated'} repository are recorded`, async () => {
    await using world = await setUp(settings);
    const { hub, second, token } = world;
    const repo = '/api/models/ada/model';
    const reads = async (path: string) => await world.readsOf(async () => await world.get(path));
    assert.deepEqual(await reads('/ada/model/resolve/main/a/x.bin'), [{ revision: second, path: 'a/x.bin' }]);
    assert.deepEqual(await reads(`${repo}/tree/main/a`), [{ revision: second, path: 'a' }]);
    assert.deepEqual(await reads(`${repo}/refs`), [{ revision: second, path: '' }]);
    assert.deepEqual(await reads(`${repo}/lfs-files`), [{ revision: '', path: '' }]);
    const wish = { token, repo: 'ada/model', operation: 'download', sample } as const;
    const href = (await askOne(hub, wish)).actions?.download?.href ?? '';
    const linked = await world.readsOf(async () => await (await fetch(href)).arrayBuffer());
    assert.deepEqual(linked, [{ revision: '', path: `sha256:${sample.oid}` }]);
  });

void test('a listing that goes on names the commit that it shows, whatever the branch is at', async () => {
  await using world = await setUp({ visibility: 'private', gated: false });
  const tree = (query: string) => `/api/models/ada/model/tree/main?${query}`;
  const cursor = Buffer.from(`${world.first}.gitattributes`).toString('base64url');
  let commit: string | null = null;
  const reads = await world.readsOf(async () => {
    commit = (await world.get(tree(`cursor=${cursor}`))).headers.get('x-repo-commit');
  });
  assert.equal(commit, world.first);
  assert.deepEqual(reads, [{ revision: world.first, path: '' }]);
});

void test('a cursor that names no commit of the repository is refused', async () => {
  await using world = await setUp({ visibility: 'private', gated: false });
  await world.hub.addRepo('ada/other');
  const files = await uploadFile(world.hub, { token: world.token, repo: 'ada/other', sample, path: 'b.bin' });
  for (const commit of [files, 'f'.repeat(40)]) {
    const cursor = Buffer.from(`${commit}.gitattributes`).toString('base64url');
    const answer = await fetch(`${world.hub.url}/api/models/ada/model/tree/main?cursor=${cursor}`, {
      headers: { authorization: `Bearer ${world.token}` },
    });
    assert.deepEqual([answer.status, answer.headers.get('x-error-code')], [400, 'ContentCursorInvalid']);
  }
});

for (const settings of [
  { visibility: 'private', gated: false },
  { visibility: 'public', gated: 'manual' },
  { visibility: 'public', gated: false },
] as const)
  void test(`copies of a ${settings.visibility} repository, gated: ${settings.gated}, are reads of it`, async () => {
    await using world = await setUp(settings);
    const { hub, token } = world;
    await hub.addRepo('ada/other');
    const copy = async (path: string, body: object): Promise<void> => {
      const answer = await fetch(`${hub.url}/api/models/ada/model/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 200, await answer.text());
    };
    const isRecorded = settings.visibility === 'private' || settings.gated !== false;
    const whole = await world.readsOf(async () => await copy('duplicate', { repository: 'ada/copy' }));
    assert.deepEqual(whole, isRecorded ? [{ revision: world.second, path: '' }] : []);
    const files = [{ sha256: sample.oid }];
    const target = { type: 'model', name: 'ada/other' };
    const objects = await world.readsOf(async () => await copy('lfs-files/duplicate', { target, files }));
    assert.deepEqual(objects, isRecorded ? [{ revision: '', path: '' }] : []);
  });

void test('repeats are counted, and counted on where the ledger does not take their number', async () => {
  await using world = await setUp({ visibility: 'private', gated: false });
  const { hub, repoId } = world;
  const { reads } = hub.modules;
  await using superuser = openSuperuserPool(hub.database);
  const path = '/ada/model/resolve/main/a/x.bin';
  for (let n = 0; n < 3; n += 1) await world.get(path);
  await superuser.pool.query(
    `create function ledger.not_now() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
     create trigger not_now before insert on ledger.entry for each row when (new.kind = 'read.repeated')
       execute function ledger.not_now()`,
  );
  await assert.rejects(reads.flush(), /no/);
  await superuser.pool.query('drop trigger not_now on ledger.entry');
  await world.get(path);
  await reads.flush();
  await reads.flush();
  const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${repoId}`);
  const repeats = entries.filter(({ kind }) => kind === 'read.repeated');
  assert.deepEqual(
    repeats.map(({ body }) => (JSON.parse(body) as { repeats: number }).repeats),
    [3],
    'two before and one after, of one read that was recorded by itself',
  );
});
