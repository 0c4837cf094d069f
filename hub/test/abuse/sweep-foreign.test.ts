// Nobody can have the sweep take what is another's: by deleting their own equal bytes, by leaving packs, files or names
// that look alike, or by letting go of a history that another repository has, too.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { commit, put, regularFile, sampleOf, uploadFile, uploadLink } from '../harness/lfs.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { agePack, listPacks, sweep } from '../harness/upkeep.ts';
import { encodeShard, encodeXorb } from '../harness/xet-encode.ts';
import {
  askXet,
  openXet,
  putShard,
  putXorb,
  sampleOf as fileOf,
  uploadXet,
  xetSample,
} from '../harness/xet.ts';

async function openTwo(dedupScope: 'repository' | 'namespace' = 'repository') {
  const hub = await openServedHub({ dedupScope });
  const [ada, eve] = [await hub.addUser('ada'), await hub.addUser('eve')];
  const { id: adaId } = await hub.addRepo('ada/model');
  const { id: eveId } = await hub.addRepo('eve/model');
  const adas = { token: ada, repo: 'ada/model' };
  const eves = { token: eve, repo: 'eve/model' };
  const erase = async (oid: string, id = eveId) =>
    await hub.modules.blobs.remove({ kind: 'system', part: 'test' }, id, [oid as Sha256]);
  return { hub, adaId, eveId, adas, eves, erase, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

async function sweepFor(hub: Parameters<typeof sweep>[0]): Promise<void> {
  for (const pack of await listPacks(hub)) await agePack(hub, pack, 100);
  for (const days of [8, 16, 45, 80]) await sweep(hub, days);
}

void test('equal bytes that one deletes or never commits stay for the other', async () => {
  await using two = await openTwo();
  const { hub, adas, eves, erase } = two;
  const [whole, chunks] = [sampleOf(5_000), xetSample()];
  await uploadFile(hub, { ...adas, sample: whole, path: 'a.bin' });
  await uploadXet(hub, { ...adas, sample: chunks, path: 'x.bin' });
  await put(await uploadLink(hub, { ...eves, sample: whole }), whole.bytes);
  await uploadXet(hub, { ...eves, sample: chunks, path: 'x.bin' });
  await erase(chunks.oid);
  await sweepFor(hub);
  const got = await fetch(`${hub.url}/ada/model/resolve/main/a.bin`, {
    headers: { authorization: `Bearer ${adas.token}` },
  });
  assert.deepEqual(Buffer.from(await got.arrayBuffer()), whole.bytes);
  const file = await fetch(`${hub.url}/ada/model/resolve/main/x.bin`, {
    headers: { authorization: `Bearer ${adas.token}` },
  });
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), chunks.bytes);
  const session = await openXet(hub, eves, 'read');
  assert.equal((await askXet(session, `/v2/reconstructions/${chunks.file.hash}`)).status, 404);
});

void test('a xorb of one’s own that holds another’s chunks takes nothing of theirs with it', async () => {
  await using two = await openTwo();
  const { hub, adas, eves, erase } = two;
  const theirs = xetSample();
  await uploadXet(hub, { ...adas, sample: theirs, path: 'x.bin' });
  const [first = Buffer.alloc(1)] = theirs.xorb.chunks;
  const mine = encodeXorb([first, Buffer.from('and mine')]);
  const session = await openXet(hub, eves, 'write');
  for (const xorb of [theirs.xorb, mine]) assert.equal((await putXorb(session, xorb)).status, 200);
  const sample = fileOf(mine);
  assert.equal((await putShard(session, encodeShard({ files: [sample.file] }))).status, 200);
  await erase(sample.oid);
  await sweepFor(hub);
  assert.equal((await listPacks(hub)).length, 1);
  const reading = await openXet(hub, adas, 'read');
  assert.equal((await askXet(reading, `/v2/reconstructions/${theirs.file.hash}`)).status, 200);
});

void test('in a shared scope, a file stays as long as any repository of it has the file', async () => {
  await using two = await openTwo('namespace');
  const { hub, adas, adaId, erase } = two;
  await hub.addRepo('ada/other');
  const sample = xetSample();
  await uploadXet(hub, { ...adas, sample, path: 'x.bin' });
  await uploadXet(hub, { ...adas, repo: 'ada/other', sample, path: 'x.bin' });
  await erase(sample.oid, adaId);
  await sweepFor(hub);
  const reading = await openXet(hub, { ...adas, repo: 'ada/other' }, 'read');
  assert.equal((await askXet(reading, `/v2/reconstructions/${sample.file.hash}`)).status, 200);
  const gone = await openXet(hub, adas, 'read');
  assert.equal((await askXet(gone, `/v2/reconstructions/${sample.file.hash}`)).status, 404);
});

void test('a history that one lets go of stays whole where another repository has it', async () => {
  await using two = await openTwo();
  const { hub, adas, eves, adaId, eveId } = two;
  for (const to of [adas, eves]) {
    await commit(hub, to, [regularFile('same.txt', 'the same')]);
    await commit(hub, to, [regularFile('same.txt', 'the same, changed')]);
  }
  const { actor } = await hub.modules.authentication.authenticate(eves.token);
  const address = { type: 'model', namespace: 'eve', name: 'model' } as const;
  await hub.modules.refChanges.squash(() => Promise.resolve(actor), address, {
    revision: 'main',
    message: '',
  });
  const objects = async (id: string): Promise<number> => {
    const { rows } = await sql<{
      n: number;
    }>`select count(*) as n from git.object where repo_id = ${id}`.execute(
      hub.modules.db.withTables<never>(),
    );
    return rows[0]?.n ?? 0;
  };
  const before = [await objects(adaId), await objects(eveId)];
  await sweepFor(hub);
  assert.equal(await objects(adaId), before[0]);
  assert.ok((await objects(eveId)) < (before[1] ?? 0));
  for await (const event of hub.modules.fsck.run({ deep: true, signal: new AbortController().signal }))
    assert.notEqual(event.event, 'problem', JSON.stringify(event));
});
