// Somebody who knows the hashes of another's private file, or has a token or a link of another, tries to get at it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { parseId } from '@holdfast/kernel/id';
import { NO_RUN, type Origin } from '../../src/modules/access/index.ts';
import { signFetch } from '../../src/modules/xet/fetch-link.ts';
import { signAccess } from '../../src/modules/xet/access-token.ts';
import { encodeShard } from '../harness/xet-encode.ts';
import {
  askSession,
  askXet,
  commitXet,
  openXet,
  putShard,
  putXorb,
  reconstruction,
  uploadXet,
  xetSample,
  type XetSession,
} from '../harness/xet.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

const secret = xetSample();
const spelt = Buffer.from(secret.xorb.hashes[0] ?? [])
  .swap64()
  .toString('hex');

interface Scene {
  readonly ada: string;
  readonly eve: string;
  readonly adas: XetSession;
  readonly eves: XetSession;
}

async function setUp(): Promise<ServedHub & Scene> {
  const hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  await hub.addRepo('ada/secret');
  await hub.addRepo('eve/model');
  const adas = await uploadXet(hub, { token: ada, repo: 'ada/secret', sample: secret, path: 'weights.bin' });
  const eves = await openXet(hub, { token: eve, repo: 'eve/model' }, 'write');
  return Object.assign(hub, { ada, eve, adas, eves });
}

void test('nobody gets a token for a repository that they may not read, or to write what they may only read', async () => {
  await using hub = await setUp();
  for (const act of ['read', 'write'] as const) {
    assert.equal((await askSession(hub, { token: hub.eve, repo: 'ada/secret' }, act)).status, 404);
    assert.equal((await askSession(hub, { repo: 'ada/secret' }, act)).status, 401);
  }
  const { text } = await hub.addToken('ada', 'read');
  assert.equal((await askSession(hub, { token: text, repo: 'ada/secret' }, 'read')).status, 200);
  assert.equal((await askSession(hub, { token: text, repo: 'ada/secret' }, 'write')).status, 403);
});

void test("another's file, xorb and chunk are what nobody has", async () => {
  await using hub = await setUp();
  const unknown = 'ab'.repeat(32);
  for (const path of ['/v1/reconstructions/', '/v2/reconstructions/', '/v1/chunks/default/']) {
    const hash = path.includes('chunks') ? spelt : secret.file.hash;
    const [there, nowhere] = [await askXet(hub.eves, path + hash), await askXet(hub.eves, path + unknown)];
    assert.deepEqual([there.status, nowhere.status], [404, 404]);
    const [one, other] = [await there.text(), await nowhere.text()];
    assert.equal(one.replaceAll(hash, 'H'), other.replaceAll(unknown, 'H'));
  }
  const both = await askXet(hub.adas, `/v1/reconstructions?file_id=${secret.file.hash}`);
  const foreign = await askXet(hub.eves, `/v1/reconstructions?file_id=${secret.file.hash}`);
  const nobodys = await askXet(hub.eves, `/v1/reconstructions?file_id=${unknown}`);
  assert.deepEqual([both.status, foreign.status, nobodys.status], [200, 404, 404]);
  assert.equal(
    (await foreign.text()).replaceAll(secret.file.hash, 'H'),
    (await nobodys.text()).replaceAll(unknown, 'H'),
  );
  for (const path of [`/v1/xorbs/default/${secret.xorb.hash}`, `/v1/files/${secret.file.hash}`])
    assert.equal((await askXet(hub.eves, path, { method: 'HEAD' })).status, 404);
  assert.deepEqual(await (await putXorb(hub.eves, secret.xorb)).json(), { was_inserted: true });
});

void test('a file that no commit names is for those who may write', async () => {
  await using hub = await setUp();
  await hub.addRepo('ada/open', { visibility: 'public' });
  const writer = await openXet(hub, { token: hub.ada, repo: 'ada/open' }, 'write');
  const late = xetSample();
  assert.equal((await putXorb(writer, late.xorb)).status, 200);
  assert.equal((await putShard(writer, encodeShard({ files: [late.file] }))).status, 200);
  const reader = await openXet(hub, { token: hub.eve, repo: 'ada/open' }, 'read');
  const statuses = async (session: XetSession): Promise<number[]> => {
    const { hash } = late.file;
    const answers = [
      await askXet(session, `/v1/reconstructions/${hash}`),
      await askXet(session, `/v2/reconstructions/${hash}`),
      await askXet(session, `/v1/reconstructions?file_id=${hash}`),
      await askXet(session, `/v1/files/${hash}`, { method: 'HEAD' }),
    ];
    return answers.map(({ status }) => status);
  };
  assert.deepEqual(await statuses(reader), [404, 404, 404, 404]);
  assert.deepEqual(await statuses(writer), [200, 200, 200, 200]);
  await commitXet(hub, { token: hub.ada, repo: 'ada/open' }, { sample: late, path: 'late.bin' });
  assert.deepEqual(await statuses(reader), [200, 200, 200, 200]);
});

void test('a shard cannot name chunks of another scope', async () => {
  await using hub = await setUp();
  const answer = await putShard(hub.eves, encodeShard({ files: [secret.file] }));
  assert.equal(answer.status, 404);
  assert.equal((await askXet(hub.eves, `/v2/reconstructions/${secret.file.hash}`)).status, 404);
});

void test('a token opens its own scope alone, and no more than it was made for', async () => {
  await using hub = await setUp();
  const crossed = { ...hub.eves, casUrl: hub.adas.casUrl };
  assert.equal((await askXet(crossed, `/v2/reconstructions/${secret.file.hash}`)).status, 403);
  assert.equal((await putXorb(crossed, xetSample().xorb)).status, 403);
  const reading = await openXet(hub, { token: hub.ada, repo: 'ada/secret' }, 'read');
  assert.equal((await putXorb(reading, xetSample().xorb)).status, 403);
  assert.equal((await putShard(reading, encodeShard({ files: [secret.file] }))).status, 403);
  assert.equal((await askXet(reading, `/v1/chunks/default/${spelt}`)).status, 403);
  const older = { ...hub.adas, casUrl: hub.adas.casUrl.replace(/\/1$/, '/2') };
  assert.equal((await putXorb(older, xetSample().xorb)).status, 403);
});

void test('a hub token is worth nothing here, and a Xet token nothing there', async () => {
  await using hub = await setUp();
  const bare = { ...hub.adas, accessToken: hub.ada };
  assert.equal((await askXet(bare, `/v2/reconstructions/${secret.file.hash}`)).status, 401);
  const headers = { authorization: `Bearer ${hub.adas.accessToken}` };
  assert.equal((await fetch(`${hub.url}/ada/secret/resolve/main/weights.bin`, { headers })).status, 401);
  assert.equal((await fetch(`${hub.url}/api/whoami-v2`, { headers })).status, 401);
});

void test('expired and altered tokens and links are refused', async () => {
  await using hub = await setUp();
  const { keys } = hub.modules;
  const repoId = parseId(/xet\/([0-9a-f]{24})/.exec(hub.adas.casUrl)?.[1] ?? '');
  if (repoId === undefined) throw new Error('the scope is the repository');
  const past = Math.floor(Date.now() / 1000) - 130;
  const { xorbs } = await reconstruction(hub.adas, secret.file.hash);
  const link = xorbs[secret.xorb.hash]?.[0]?.url ?? '';
  const pack = /fetch\/[0-9a-f]+\/([0-9a-f]{64})/.exec(link)?.[1] as Parameters<typeof signFetch>[1]['pack'];
  const token = /token=([0-9a-f]{24})/.exec(link)?.[1] ?? '';
  const tokenId = parseId(token) ?? '';
  const origin: Origin = { tokenId, run: NO_RUN, expires: past };
  const expired = signAccess(keys, { act: 'read', repoId, scopeId: repoId, ...origin });
  const late = await askXet({ ...hub.adas, accessToken: expired }, `/v2/reconstructions/${secret.file.hash}`);
  assert.equal(late.status, 401);
  const range = { range: 'bytes=0-99' };
  const opens = { repoId, file: secret.file.hash, pack, ranges: [{ start: 0, end: 100 }] };
  const old = signFetch(keys, { ...opens, ...origin });
  assert.equal((await fetch(hub.url + old, { headers: range })).status, 403);
  assert.equal((await fetch(link, { headers: range })).status, 206);
  for (const altered of [
    link.replace('ranges=0-', 'ranges=1-'),
    link.replace(`file=${secret.file.hash}`, `file=${secret.xorb.hash}`),
    link.replace(`token=${token}`, 'token='),
    link.replace(String(repoId), String(tokenId)),
  ])
    assert.equal((await fetch(altered, { headers: range })).status, 403, altered);
});

void test('links to a file end when the repository has it no more', async () => {
  await using hub = await setUp();
  const { xorbs } = await reconstruction(hub.adas, secret.file.hash);
  const link = xorbs[secret.xorb.hash]?.[0]?.url ?? '';
  const headers = { range: 'bytes=0-99' };
  assert.equal((await fetch(link, { headers })).status, 206);
  const repoId = parseId(/xet\/([0-9a-f]{24})/.exec(hub.adas.casUrl)?.[1] ?? '');
  if (repoId === undefined) throw new Error('the scope is the repository');
  await hub.modules.blobs.remove({ kind: 'system', part: 'test' }, repoId, [secret.oid]);
  assert.equal((await fetch(link, { headers })).status, 403);
});

void test('a link sends what it names, and only in ranges', async () => {
  await using hub = await setUp();
  const { xorbs } = await reconstruction(hub.adas, secret.file.hash, 'bytes=0-9999');
  const entry = xorbs[secret.xorb.hash]?.[0];
  const end = entry?.ranges[0]?.bytes.end ?? 0;
  const ask = async (range?: string) =>
    (await fetch(entry?.url ?? '', range === undefined ? {} : { headers: { range } })).status;
  assert.equal(end, 10_007);
  assert.equal(await ask(`bytes=0-${end}`), 206);
  assert.equal(await ask(), 403);
  assert.equal(await ask(`bytes=0-${end + 1}`), 403);
  assert.equal(await ask('bytes=0-'), 403);
  assert.equal(await ask(`bytes=${end + 1}-${end + 10}`), 403);
});

void test('tokens and links die with the token they were made from, and with the right to read', async () => {
  await using hub = await setUp();
  const mine = await hub.addToken('ada', 'write');
  const session = await openXet(hub, { token: mine.text, repo: 'ada/secret' }, 'write');
  const { xorbs } = await reconstruction(session, secret.file.hash);
  const link = xorbs[secret.xorb.hash]?.[0]?.url ?? '';
  const headers = { range: 'bytes=0-99' };
  assert.equal((await fetch(link, { headers })).status, 206);
  const id = parseId(mine.id);
  if (id === undefined) throw new Error('a token has an id');
  await hub.modules.tokens.revoke(OPERATOR, id);
  await wait(900);
  assert.equal((await fetch(link, { headers })).status, 403);
  assert.equal((await askXet(session, `/v2/reconstructions/${secret.file.hash}`)).status, 401);
  assert.equal((await putXorb(session, xetSample().xorb)).status, 401);
});
