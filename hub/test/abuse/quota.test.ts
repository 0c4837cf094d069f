// A namespace stores no more than it may, however its bytes come and however many come at once; what is refused is not
// left on the disk.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { KiB, MiB } from '@holdfast/kernel/size';
import { askBatch, askOne, commit, put, regularFile, sampleOf, uploadLink } from '../harness/lfs.ts';
import { OPERATOR, openServedHub } from '../harness/served-hub.ts';
import { listPacks, sweep } from '../harness/upkeep.ts';
import { untilTrue } from '../harness/vault-doors.ts';
import { encodeShard, encodeXorb } from '../harness/xet-encode.ts';
import {
  askSession,
  openXet,
  putShard,
  putXorb,
  sampleOf as fileOf,
  uploadXet,
  xetSample,
} from '../harness/xet.ts';

async function openRepo(quota = MiB, dedupScope: 'repository' | 'namespace' = 'repository') {
  const hub = await openServedHub({ quota, dedupScope });
  const token = await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  const used = async () => (await hub.modules.quotas.list()).find(({ name }) => name === 'ada')?.used ?? NaN;
  return { hub, token, id, to, used, [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose]() };
}

/** A xorb of 300 KiB whose first chunk is one byte. */
function encodeSmallFirst() {
  const chunks = [randomBytes(1), ...Array.from({ length: 3 }, () => randomBytes(100 * KiB))];
  return { xorb: encodeXorb(chunks, 'none') };
}

async function stored(hub: Awaited<ReturnType<typeof openServedHub>>): Promise<number> {
  let bytes = 0;
  for await (const { size } of hub.modules.store.list()) bytes += size;
  return bytes;
}

void test('an upload that would be too much is refused with the figures, before it comes', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const objects = [sampleOf('a'), { oid: 'b'.repeat(64), size: 2 * MiB }];
  const answer = await askBatch(hub, { ...to, operation: 'upload', objects });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get('x-error-code'), 'QuotaExceeded');
  assert.match(
    answer.headers.get('x-error-message') ?? '',
    /^ada may store 1 MiB: .+ are used, and 2\.0 MiB more were to be stored\.$/,
  );
});

void test('links that were got beforehand, all used at once, store no more than the quota', async () => {
  await using repo = await openRepo();
  const { hub, to, used } = repo;
  await hub.addRepo('ada/other');
  const samples = Array.from({ length: 12 }, () => sampleOf(300 * KiB));
  const links = await Promise.all(
    samples.map(
      async (sample, n) => await uploadLink(hub, { ...to, repo: n % 2 ? 'ada/other' : 'ada/model', sample }),
    ),
  );
  const answers = await Promise.all(samples.map(async ({ bytes }, n) => await put(links[n] ?? '', bytes)));
  const statuses = answers.map(({ status }) => status);
  assert.deepEqual(
    [...new Set(statuses)].toSorted((a, b) => a - b),
    [200, 403],
  );
  assert.equal(statuses.filter((status) => status === 200).length, 3);
  assert.ok((await used()) <= MiB);
  assert.equal(await stored(hub), 900 * KiB, 'what was refused is gone');
});

void test('uploads in parts that are begun and never ended count', async () => {
  await using repo = await openRepo(40 * MiB);
  const { hub, to, used } = repo;
  const begun = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const sample = sampleOf(9 * MiB);
      const wish = { ...to, operation: 'upload', sample, transfers: ['multipart'] } as const;
      return await askOne(hub, wish).then(
        (object) => object.actions !== undefined,
        () => false,
      );
    }),
  );
  assert.equal(begun.filter(Boolean).length, 4);
  assert.ok((await used()) <= 40 * MiB);
});

void test('chunks that no file is made of count, and many at once are no way round', async () => {
  await using repo = await openRepo(MiB, 'namespace');
  const { hub, to, used } = repo;
  const session = await openXet(hub, to, 'write');
  const samples = Array.from({ length: 12 }, () => xetSample(3, 100 * KiB));
  const answers = await Promise.all(samples.map(async ({ xorb }) => (await putXorb(session, xorb)).status));
  assert.equal(answers.filter((status) => status === 200).length, 3);
  assert.equal(answers.filter((status) => status === 403).length, 9);
  assert.equal((await listPacks(hub)).length, 3, 'what was refused is gone');
  assert.ok((await used()) <= MiB);
  // Once they are a file's they count as the file.
  const before = await used();
  const first = samples[answers.indexOf(200)];
  assert.ok(first);
  assert.equal((await putShard(session, encodeShard({ files: [first.file] }))).status, 200);
  assert.ok(Math.abs((await used()) - before) < KiB);
});

void test('chunks of which a file uses one count for what they take', async () => {
  await using repo = await openRepo();
  const { hub, to, used } = repo;
  const session = await openXet(hub, to, 'write');
  const statuses: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    const { xorb } = encodeSmallFirst();
    const { file } = fileOf(xorb, [{ xorb, start: 0, end: 1 }]);
    statuses.push((await putXorb(session, xorb)).status);
    statuses.push((await putShard(session, encodeShard({ files: [file] }))).status);
  }
  // What has no room is not there to be used either.
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200, 403, 404]);
  const counted = await used();
  assert.ok(counted > 900 * KiB && counted <= MiB, String(counted));
});

void test('shards that are registered at once store no more than the quota', async () => {
  await using repo = await openRepo();
  const { hub, to, used } = repo;
  await hub.addRepo('ada/other');
  const sessions = [
    await openXet(hub, to, 'write'),
    await openXet(hub, { ...to, repo: 'ada/other' }, 'write'),
  ];
  // Zeros pack to nothing: it is the files that count.
  const whole = fileOf(encodeXorb([Buffer.alloc(100 * KiB)], 'lz4'));
  for (const session of sessions) assert.equal((await putXorb(session, whole.xorb)).status, 200);
  const answers = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      const times = Array.from({ length: (n % 6) + 1 }, () => ({ xorb: whole.xorb, start: 0, end: 1 }));
      const { file } = fileOf(whole.xorb, times);
      const session = sessions[n < 6 ? 0 : 1];
      assert.ok(session);
      return (await putShard(session, encodeShard({ files: [file] }))).status;
    }),
  );
  assert.ok(answers.includes(200) && answers.includes(403), answers.join());
  assert.ok((await used()) <= MiB);
});

void test('a sender of chunks that have no room hears so at the end of the body', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  const session = await openXet(hub, to, 'write');
  await hub.modules.quotas.set(OPERATOR, 'ada', 0);
  const { xorb } = xetSample(4, 100 * KiB);
  const { hostname, port, pathname } = new URL(`${session.casUrl}/v1/xorbs/default/${xorb.hash}`);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.write(
    [
      `POST ${pathname} HTTP/1.1`,
      `Host: localhost:${port}`,
      `Authorization: Bearer ${session.accessToken}`,
      `Content-Length: ${xorb.bytes.length}`,
      '\r\n',
    ].join('\r\n'),
  );
  socket.write(xorb.bytes.subarray(0, 200_000));
  await delay(500);
  assert.equal(answer, '', 'who still sends is not cut off');
  socket.write(xorb.bytes.subarray(200_000));
  await untilTrue('an answer', () => answer.includes('QuotaExceeded'));
  assert.match(answer, /^HTTP\/1\.1 403 [^]*QuotaExceeded/i);
  socket.destroy();
});

void test('a token to write is refused with the figures when nothing fits, and one to read is not', async () => {
  await using repo = await openRepo();
  const { hub, to } = repo;
  await hub.modules.quotas.set(OPERATOR, 'ada', 0);
  const refused = await askSession(hub, to, 'write');
  assert.equal(refused.status, 403);
  assert.match(refused.headers.get('x-error-message') ?? '', /^ada may store 0 B/);
  assert.equal((await askSession(hub, to, 'read')).status, 200);
});

void test('many xorbs that wait for each other leave connections to the database for everybody else', async () => {
  await using repo = await openRepo();
  const { hub, to, token } = repo;
  const session = await openXet(hub, to, 'write');
  const samples = Array.from({ length: 24 }, () => xetSample(1, 100));
  const release = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<undefined>();
  const holding = hub.modules.db.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended('quota/' || id, 0)) from identity.account
      where name = 'ada'`.execute(tx.withTables<never>());
    held.resolve(undefined);
    await release.promise;
  });
  await held.promise;
  const sent = Promise.all(samples.map(async ({ xorb }) => (await putXorb(session, xorb)).status));
  await delay(1000);
  const headers = { authorization: `Bearer ${token}` };
  const others = Promise.all([1, 2].map(async () => (await hub.modules.quotas.list()).length > 0));
  const answered = await Promise.race([others.then(() => true), delay(20_000, false, { ref: false })]);
  const who = answered && (await fetch(`${hub.url}/api/whoami-v2`, { headers })).status;
  release.resolve(undefined);
  await Promise.all([holding, others]);
  const statuses = new Set(await sent);
  assert.equal(who, 200);
  assert.deepEqual(statuses, new Set([200]));
});

void test('files that share their chunks count each, and a shard of too many is refused whole', async () => {
  await using repo = await openRepo();
  const { hub, id, to } = repo;
  const session = await openXet(hub, to, 'write');
  const whole = xetSample(5, 100 * KiB);
  assert.equal((await putXorb(session, whole.xorb)).status, 200);
  const again = fileOf(whole.xorb, [
    { xorb: whole.xorb, start: 0, end: 5 },
    { xorb: whole.xorb, start: 0, end: 1 },
  ]);
  const answer = await putShard(session, encodeShard({ files: [whole.file, again.file] }));
  assert.equal(answer.status, 403);
  assert.deepEqual((await hub.modules.blobs.list(id, 10)).items, []);
});

void test('commits, copies and repositories moved in count', async () => {
  await using repo = await openRepo(400 * KiB);
  const { hub, token, id, to } = repo;
  await commit(hub, to, [regularFile('a.txt', Buffer.alloc(250 * KiB, 'a'))]);
  await assert.rejects(commit(hub, to, [regularFile('b.txt', Buffer.alloc(250 * KiB, 'b'))]), /403/);
  const { actor } = await hub.modules.authentication.authenticate(token);
  const from = { type: 'model', namespace: 'ada', name: 'model' } as const;
  const wish = { from, to: { namespace: 'ada', name: 'copy' }, visibility: undefined };
  await assert.rejects(
    hub.modules.changes.duplicate(() => Promise.resolve(actor), wish),
    /may store/,
  );
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.quotas.set(OPERATOR, 'acme', 1000);
  const mover = await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text);
  await assert.rejects(
    hub.modules.changes.move(() => Promise.resolve(mover.actor), from, { namespace: 'acme', name: 'model' }),
    /acme may store 1000 B/,
  );
  assert.equal((await hub.modules.repos.findById(id))?.namespace, 'ada');
});

void test('repositories made with files, branches, tags and squashed histories count', async () => {
  await using repo = await openRepo(400 * KiB);
  const { hub, token, to, used } = repo;
  const call = async (path: string, body: object): Promise<readonly [number, string | null]> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${hub.url}/api/${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return [answer.status, answer.headers.get('x-error-code')];
  };
  const files = [{ path: 'a.txt', content: 'a'.repeat(300 * KiB) }];
  assert.deepEqual(await call('repos/create', { name: 'first', files }), [200, null]);
  const refused = [403, 'QuotaExceeded'];
  assert.deepEqual(await call('repos/create', { name: 'second', files }), refused);
  assert.ok((await used()) < 400 * KiB);
  await commit(hub, to, [regularFile('b.txt', Buffer.alloc(400 * KiB - (await used()) - 1000, 'b'))]);
  const message = 'm'.repeat(10_000);
  assert.deepEqual(await call('models/ada/model/tag/main', { tag: 'v1', message }), refused);
  assert.deepEqual(await call('models/ada/model/super-squash/main', { message }), refused);
  for (let n = 0; n < 10; n += 1) await call(`models/ada/model/branch/b${n}`, { emptyBranch: true });
  assert.ok((await used()) <= 400 * KiB);
});

void test('an operator lifts a limit for one namespace, and what is deleted makes room', async () => {
  await using repo = await openRepo(600 * KiB);
  const { hub, id, to } = repo;
  const first = xetSample(5, 100 * KiB);
  await uploadXet(hub, { ...to, sample: first, path: 'a.bin' });
  const sample = sampleOf(300 * KiB);
  await assert.rejects(uploadLink(hub, { ...to, sample }), /403/);
  await hub.modules.quotas.set(OPERATOR, 'ada', null);
  await put(await uploadLink(hub, { ...to, sample }), sample.bytes);
  await hub.modules.quotas.clear(OPERATOR, 'ada');
  await assert.rejects(uploadLink(hub, { ...to, sample: sampleOf(10) }), /403/);
  for (const oid of [first.oid, sample.oid])
    await hub.modules.blobs.remove({ kind: 'system', part: 'test' }, id, [oid as Sha256]);
  await sweep(hub, 8);
  await sweep(hub, 40);
  await uploadLink(hub, { ...to, sample: sampleOf(300 * KiB) });
});
