// A xorb whose pack was removed, lost or damaged is whole again once it was sent again, however it is packed then.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import test from 'node:test';
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { Scrub } from '../../../src/modules/upkeep/index.ts';
import { StoredCheck } from '../../../src/modules/upkeep/stored-check.ts';
import { xetHashOf } from '../../../src/modules/xet/format/xet-hash.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { listPacks, sweep } from '../../harness/upkeep.ts';
import { encodeShard, encodeXorb } from '../../harness/xet-encode.ts';
import {
  askXet,
  openXet,
  putShard,
  putXorb,
  reconstruction,
  sampleOf,
  uploadXet,
  type XetSample,
} from '../../harness/xet.ts';

async function openRepo() {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  return { hub, id, to, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

/** One file in two packings. */
function twice(): { readonly plain: XetSample; readonly packed: XetSample } {
  const chunks = Array.from({ length: 4 }, () => Buffer.concat([randomBytes(5_000), Buffer.alloc(5_000)]));
  return { plain: sampleOf(encodeXorb(chunks, 'none')), packed: sampleOf(encodeXorb(chunks, 'lz4')) };
}

async function read(hub: ServedHub, token: string): Promise<Buffer> {
  const answer = await fetch(`${hub.url}/ada/model/resolve/main/a.bin`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return Buffer.from(await answer.arrayBuffer());
}

function pathOf(hub: ServedHub, pack: string): string {
  return `${hub.objects}/packs/${pack.slice(0, 2)}/${pack.slice(2, 4)}/${pack}`;
}

async function spoil(hub: ServedHub, pack: string): Promise<void> {
  await using file = await open(pathOf(hub, pack), 'r+');
  await file.write(Buffer.from('damaged'), 0, 7, 1000);
}

async function scrub(hub: ServedHub): Promise<void> {
  await new Scrub({ ...hub.modules, rate: 1e12, check: new StoredCheck(hub.modules) }).run();
}

async function onlyPack(hub: ServedHub): Promise<string> {
  const [pack, ...others] = await listPacks(hub);
  assert.ok(pack !== undefined && others.length === 0);
  return pack;
}

void test('a xorb that was swept and sent again packed otherwise is found under its new pack', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const { plain, packed } = twice();
  await uploadXet(hub, { ...to, sample: plain, path: 'a.bin' });
  assert.ok((await read(hub, to.token)).equals(plain.bytes));
  await hub.modules.blobs.remove({ kind: 'system', part: 'test' }, id, [plain.oid]);
  await sweep(hub, 8);
  await sweep(hub, 40);
  assert.deepEqual(await listPacks(hub), []);
  const session = await openXet(hub, to, 'write');
  assert.equal((await putXorb(session, packed.xorb)).status, 200);
  assert.equal((await putShard(session, encodeShard({ files: [packed.file] }))).status, 200);
  assert.ok((await read(hub, to.token)).equals(plain.bytes));
});

void test('a link to a pack that is gone is refused, and the next reconstruction names the pack that took its place', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const { plain, packed } = twice();
  const session = await uploadXet(hub, { ...to, sample: plain, path: 'a.bin' });
  const linked = async () => {
    const { xorbs } = await reconstruction(session, plain.file.hash);
    const [fetched] = xorbs[plain.xorb.hash] ?? [];
    const [range] = fetched?.ranges ?? [];
    assert.ok(fetched && range);
    const headers = { range: `bytes=${range.bytes.start}-${range.bytes.end}` };
    return await fetch(fetched.url, { headers });
  };
  assert.equal((await linked()).status, 206);
  await rm(pathOf(hub, await onlyPack(hub)));
  const gone = await linked();
  assert.equal(gone.status, 403, 'so that clients ask for the reconstruction again');
  assert.equal((await putXorb(session, packed.xorb)).status, 200);
  const answer = await linked();
  assert.equal(answer.status, 206);
  assert.equal((await answer.arrayBuffer()).byteLength, packed.xorb.bytes.length);
});

void test('a pack that is missing is replaced by the next that is sent', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const { plain, packed } = twice();
  const session = await uploadXet(hub, { ...to, sample: plain, path: 'a.bin' });
  await rm(pathOf(hub, await onlyPack(hub)));
  assert.equal((await putXorb(session, packed.xorb)).status, 200);
  assert.ok((await read(hub, to.token)).equals(plain.bytes));
});

void test('a pack that is damaged is not told of, and replaced once it is known to be', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const { plain, packed } = twice();
  const session = await uploadXet(hub, { ...to, sample: plain, path: 'a.bin' });
  const old = await onlyPack(hub);
  // The first chunk of a file is one that clients ask for.
  const ask = async () =>
    (await askXet(session, `/v1/chunks/default/${xetHashOf(plain.xorb.hashes[0] ?? Buffer.alloc(32))}`))
      .status;
  assert.equal(await ask(), 200);
  await spoil(hub, old);
  await scrub(hub);
  assert.equal(await ask(), 404);
  assert.equal((await putXorb(session, packed.xorb)).status, 200);
  assert.ok((await read(hub, to.token)).equals(plain.bytes));
  assert.equal(await ask(), 200);
  // What was damaged is nobody's now, and goes with the next sweep.
  await sweep(hub, 3);
  assert.deepEqual((await listPacks(hub)).includes(old as Sha256), false);
});

void test('a pack that is damaged is whole again once the same was sent, without waiting for the next look', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const { plain } = twice();
  const session = await uploadXet(hub, { ...to, sample: plain, path: 'a.bin' });
  await spoil(hub, await onlyPack(hub));
  await scrub(hub);
  assert.equal((await hub.modules.scrub.listDamage()).length, 1);
  assert.equal((await putXorb(session, plain.xorb)).status, 200);
  assert.deepEqual(await hub.modules.scrub.listDamage(), []);
  assert.ok((await read(hub, to.token)).equals(plain.bytes));
});

void test('who remembers what was sent under an old address is refused there, and begins anew', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const { plain } = twice();
  const before = await uploadXet(hub, { ...to, sample: plain, path: 'a.bin' });
  await assert.rejects(hub.modules.generations.raise(OPERATOR, 'ada/other'), /no repository ada\/other/);
  assert.equal(await hub.modules.generations.raise(OPERATOR, 'ada/model'), 1);
  assert.equal((await putXorb(before, plain.xorb)).status, 403);
  const after = await openXet(hub, to, 'write');
  assert.notEqual(after.casUrl, before.casUrl);
  assert.equal((await putXorb(after, plain.xorb)).status, 200);
  assert.equal(await hub.modules.generations.raise(OPERATOR, undefined), 1);
  assert.notEqual((await openXet(hub, to, 'write')).casUrl, after.casUrl);
  assert.ok((await read(hub, to.token)).equals(plain.bytes), 'who only reads notices nothing');
  const { rows } = await sql<{ body: unknown }>`select body from ledger.entry
    where kind = 'store.forgotten'`.execute(hub.modules.db.withTables<never>());
  assert.equal(rows.length, 2);
});
