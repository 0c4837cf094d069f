// A disk that fills up: what would fill it further is refused before it is read, and everything that protects the
// instance goes on: reading, revoking, recording.
import assert from 'node:assert/strict';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_RESERVE, reserveOf } from '@holdfast/platform/objects/free-space';
import { startInstance, type Instance } from '../harness/instance.ts';
import {
  askBatch,
  askOne,
  commit,
  put,
  regularFile,
  sampleOf,
  uploadFile,
  uploadLink,
  type BatchObject,
} from '../harness/lfs.ts';
import { openSmallDisk } from '../harness/small-disk.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { isRoot } from '../harness/test-user.ts';
import { encodeShard } from '../harness/xet-encode.ts';
import {
  commitXet,
  openXet,
  putShard,
  putXorb,
  uploadXet,
  xetSample,
  type XetSession,
} from '../harness/xet.ts';

const MIB = 1024 * 1024;
const DISK = 512 * MIB;
const REPO = 'admin/full';

/** Leaves so many bytes: half of what is kept in reserve. */
async function fill(folder: string, left = reserveOf(DEFAULT_RESERVE, DISK) / 2): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const file = path.join(folder, 'filler');
  await writeFile(file, Buffer.alloc(bavail * bsize - left));
  return file;
}

/** Begins to send a shard and goes no further; `answer` is what was said within some seconds, or nothing. */
function openShard(
  instance: Instance,
  session: XetSession,
  length: number,
): { socket: Socket; answer: Promise<string> } {
  const socket = connect(instance.port, '127.0.0.1');
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => (said += text));
  socket.write(
    [
      `POST ${new URL(session.casUrl).pathname}/v1/shards HTTP/1.1`,
      `Authorization: Bearer ${session.accessToken}`,
      `Content-Length: ${length}`,
      `Host: localhost:${instance.port}`,
      '',
      'x'.repeat(1_000),
    ].join('\r\n'),
  );
  return { socket, answer: delay(6_000).then(() => said) };
}

/** Sends the head of a request and none of its body; gives the answer's head and text. */
async function sendHead(instance: Instance, lines: readonly string[]): Promise<string> {
  const socket = connect(instance.port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  socket.write([...lines, `Host: localhost:${instance.port}`, '', ''].join('\r\n'));
  // A client that sends on regardless is listened to for five seconds, so that it gets to read the answer.
  const giveUp = Date.now() + 10_000;
  while (!answer.includes('}') && Date.now() < giveUp) await delay(20);
  socket.destroy();
  return answer;
}

async function ask(instance: Instance, where: string, token: string): Promise<Response> {
  return await fetch(`${instance.url}${where}`, { headers: { authorization: `Bearer ${token}` } });
}

const skip = isRoot ? false : 'only root can mount a small disk';

void test('a full disk', { timeout: 120_000, skip }, async (t) => {
  await using disk = await openSmallDisk(DISK);
  await using instance = await startInstance({ folder: disk.path });
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const to = { token, repo: REPO };
  for (const name of ['full', 'useless']) {
    const made = await fetch(`${instance.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'model', name, private: true }),
    });
    assert.equal(made.status, 200);
  }
  const kept = sampleOf(2 * MIB);
  await uploadFile(instance, { ...to, sample: kept, path: 'kept.bin' });
  await commit(instance, to, [regularFile('kept.txt', 'kept')]);
  const late = sampleOf(4 * MIB);
  const href = await uploadLink(instance, { ...to, sample: late });
  const chunked = xetSample(4, 100_000);
  await uploadXet(instance, { ...to, sample: chunked, path: 'kept.safetensors' });
  const session = await openXet(instance, to, 'write');
  const unregistered = xetSample(8, 100_000);
  assert.equal((await putXorb(session, unregistered.xorb)).status, 200);

  await t.test('requests that come together do not share one space', async () => {
    // Each alone would leave the reserve.
    const room = await fill(disk.path, reserveOf(DEFAULT_RESERVE, DISK) + 100 * MIB);
    const bodies = Array.from({ length: 6 }, () => openShard(instance, session, 64 * MIB));
    try {
      const answers = await Promise.all(bodies.map(async ({ answer }) => await answer));
      const refused = answers.filter((text) => text.startsWith('HTTP/1.1 507 '));
      assert.deepEqual([refused.length, answers.filter((text) => text === '').length], [5, 1]);
      // What the one shard was promised is not there for others either.
      const sample = sampleOf(40 * MIB);
      const link = await uploadLink(instance, { ...to, sample });
      assert.equal((await put(link, sample.bytes)).status, 507);
    } finally {
      for (const { socket } of bodies) socket.destroy();
      await rm(room);
    }
  });
  await t.test('large files of one batch do not share one space either', async () => {
    // Each alone would fit, and is large enough to come in parts.
    const objects = ['a', 'b', 'c'].map((letter) => ({ oid: letter.repeat(64), size: 257 * MIB }));
    const wish = { ...to, operation: 'upload', objects, transfers: ['multipart'] } as const;
    const answer = (await (await askBatch(instance, wish)).json()) as { objects: BatchObject[] };
    assert.deepEqual(
      answer.objects.map(({ error }) => error?.code),
      [undefined, 507, 507],
    );
  });
  const filler = await fill(disk.path);

  await t.test('a large file is refused before it is read', async () => {
    const { pathname, search } = new URL(href);
    const answer = await sendHead(instance, [
      `PUT ${pathname}${search} HTTP/1.1`,
      `Content-Length: ${late.size}`,
    ]);
    assert.match(answer, /^HTTP\/1\.1 507 /);
    assert.match(answer, /\r\nx-error-message: The server has no space left for uploads\./i);
    assert.equal((await put(href, late.bytes)).status, 507);
  });

  await t.test('a large file in parts is refused in the batch', async () => {
    const sample = { oid: 'a'.repeat(64), size: 2048 * MIB };
    const object: BatchObject = await askOne(instance, {
      ...to,
      operation: 'upload',
      sample,
      transfers: ['multipart'],
    });
    assert.equal(object.error?.code, 507);
  });

  await t.test('a commit with contents is refused before it is read, and changes nothing', async () => {
    const before = await (await ask(instance, `/api/models/${REPO}/refs`, token)).text();
    const answer = await sendHead(instance, [
      `POST /api/models/${REPO}/commit/main HTTP/1.1`,
      `Authorization: Bearer ${token}`,
      'Content-Type: application/x-ndjson',
      `Content-Length: ${8 * MIB}`,
    ]);
    assert.match(answer, /^HTTP\/1\.1 507 /);
    await assert.rejects(
      commit(instance, to, [regularFile('late.txt', 'x'.repeat(5 * MIB))]),
      /answered 507/,
    );
    assert.equal(await (await ask(instance, `/api/models/${REPO}/refs`, token)).text(), before);
  });

  await t.test('nothing is made or copied', async () => {
    const calls = [
      ['repos/create', { name: 'late', files: [{ path: 'a.txt', content: 'late' }] }],
      [`models/${REPO}/duplicate`, { repository: 'admin/copy' }],
      [`models/${REPO}/branch/late`, {}],
      [`models/${REPO}/tag/main`, { tag: 'late', message: 'late' }],
      [`models/${REPO}/super-squash/main`, {}],
    ] as const;
    for (const [where, body] of calls) {
      const answer = await fetch(`${instance.url}/api/${where}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.equal(answer.status, 507, where);
    }
  });

  await t.test('a xorb is refused before it is read, a shard before it changes anything', async () => {
    assert.equal((await putXorb(session, xetSample(8, 100_000).xorb)).status, 507);
    const shard = encodeShard({ files: [unregistered.file] });
    assert.equal((await putShard(session, shard)).status, 507);
  });

  await t.test('a shard is refused before it is put aside', async () => {
    const { pathname } = new URL(`${session.casUrl}/v1/shards`);
    const answer = await sendHead(instance, [
      `POST ${pathname} HTTP/1.1`,
      `Authorization: Bearer ${session.accessToken}`,
      `Content-Length: ${64 * MIB}`,
    ]);
    assert.match(answer, /^HTTP\/1\.1 507 /);
  });

  await t.test('reading goes on', async () => {
    for (const [file, bytes] of [
      ['kept.bin', kept.bytes],
      ['kept.safetensors', chunked.bytes],
      ['kept.txt', Buffer.from('kept')],
    ] as const) {
      const answer = await ask(instance, `/${REPO}/resolve/main/${file}`, token);
      assert.equal(answer.status, 200);
      assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes));
    }
  });

  await t.test('what makes room goes on', async () => {
    const answer = await fetch(`${instance.url}/api/repos/delete`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'model', name: 'useless' }),
    });
    assert.equal(answer.status, 200, await answer.text());
  });

  await t.test('a token is revoked at once, and the ledger says so', async () => {
    const wish = ['--user', 'admin', '--name', 'victim', '--role', 'read', '--json'];
    const victim = JSON.parse(await instance.admin('token', 'create', ...wish)) as {
      id: string;
      token: string;
    };
    assert.equal((await ask(instance, '/api/whoami-v2', victim.token)).status, 200);
    await instance.admin('token', 'revoke', victim.id);
    assert.equal((await ask(instance, '/api/whoami-v2', victim.token)).status, 401);
    await using superuser = await openSuperuser(instance);
    const { rows } = await superuser.pool.query(
      'select kind from ledger.entry where subject = $1 order by at',
      [`token:${victim.id}`],
    );
    assert.deepEqual(rows, [{ kind: 'token.issued' }, { kind: 'token.revoked' }]);
  });

  await t.test('with room again, the same link takes the same file', async () => {
    await rm(filler);
    assert.equal((await put(href, late.bytes)).status, 200);
    const shard = encodeShard({ files: [unregistered.file] });
    assert.equal((await putShard(session, shard)).status, 200);
    await commitXet(instance, to, { sample: unregistered, path: 'late.safetensors' });
  });
});
