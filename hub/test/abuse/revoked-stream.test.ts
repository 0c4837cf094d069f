// A stolen token has begun a long download or upload when its owner revokes it. Both end within a second.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type Sha256 } from '@holdfast/kernel/digest';
import { parseId } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { sampleOf, uploadFile, uploadLink } from '../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

const sample = sampleOf(48 * MiB);

/** A download that reads its first bytes and then takes little, so that it is under way for long. */
async function beginDownload(
  hub: ServedHub,
  token: string,
): Promise<{ socket: Socket; ended: Promise<number> }> {
  const socket = connect(hub.port, '127.0.0.1');
  socket.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now())));
  socket.write(
    `GET /ada/model/resolve/main/weights.bin HTTP/1.1\r\nHost: 127.0.0.1:${hub.port}\r\n` +
      `Authorization: Bearer ${token}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  await until(() => hub.streams.size > 0);
  return { socket, ended };
}

async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3_000 && !holds(); turn += 1) await wait(10);
  assert.ok(holds());
}

async function setUp(): Promise<ServedHub> {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  await uploadFile(hub, { token, repo: 'ada/model', sample, path: 'weights.bin' });
  return hub;
}

void test('revoking a token ends its downloads, and nobody else’s', async () => {
  await using hub = await setUp();
  const stolen = await hub.addToken('ada', 'read');
  const kept = await hub.addToken('ada', 'read');
  const theft = await beginDownload(hub, stolen.text);
  const fair = await beginDownload(hub, kept.text);
  await until(() => hub.streams.size === 2);
  const id = parseId(stolen.id);
  assert.ok(id !== undefined);
  await hub.modules.tokens.revoke(OPERATOR, id);
  const revokedAt = performance.now();
  await until(() => hub.streams.size === 1);
  theft.socket.resume();
  assert.ok((await theft.ended) - revokedAt < 1000);
  let bytes = 0;
  fair.socket.on('data', (chunk) => (bytes += chunk.length)).resume();
  await until(() => bytes > 8 * MiB);
  fair.socket.destroy();
});

void test('hiding a repository ends the downloads of those who may no longer read it', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  const stranger = await hub.addUser('bob');
  await hub.addRepo('ada/model', { visibility: 'public' });
  await uploadFile(hub, { token, repo: 'ada/model', sample, path: 'weights.bin' });
  const download = await beginDownload(hub, stranger);
  const { actor } = await hub.modules.authentication.authenticate(token);
  const address = { type: 'model', namespace: 'ada', name: 'model' } as const;
  await hub.modules.changes.changeSettings(() => Promise.resolve(actor), address, { visibility: 'private' });
  const hiddenAt = performance.now();
  await until(() => hub.streams.size === 0);
  download.socket.resume();
  assert.ok((await download.ended) - hiddenAt < 1000);
});

void test('revoking a token ends an upload that is under way, and nothing of it is kept', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const token = await hub.addToken('ada', 'write');
  const href = new URL(await uploadLink(hub, { token: token.text, repo: 'ada/model', sample }));
  const socket = connect(hub.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now())));
  socket.write(
    `PUT ${href.pathname}${href.search} HTTP/1.1\r\nHost: ${href.host}\r\nContent-Length: ${sample.size}\r\n\r\n`,
  );
  socket.write(sample.bytes.subarray(0, MiB));
  await until(() => hub.streams.size === 1);
  const tokenId = parseId(token.id);
  assert.ok(tokenId !== undefined);
  await hub.modules.tokens.revoke(OPERATOR, tokenId);
  const revokedAt = performance.now();
  assert.ok((await ended) - revokedAt < 1000);
  assert.match(received, /^HTTP\/1\.1 403 .*x-error-code: LinkEnded/is);
  assert.equal(await hub.modules.blobs.find(id, sample.oid as Sha256), undefined);
  assert.equal(await hub.modules.store.has(sample.oid as Sha256), false);
});

void test('a connection does not remember a token that was revoked, nor lend it to another header', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const token = await hub.addToken('ada', 'read');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = async (headers: Record<string, string>): Promise<{ status: number; reused: boolean }> =>
    await new Promise((resolve, reject) => {
      const path = `${hub.url}/ada/model/resolve/main/.gitattributes`;
      const outgoing = request(path, { agent, headers }, (answer) => {
        answer
          .resume()
          .once('end', () => resolve({ status: answer.statusCode ?? 0, reused: outgoing.reusedSocket }));
      });
      outgoing.once('error', reject).end();
    });
  const authorization = `Bearer ${token.text}`;
  assert.equal((await ask({ authorization })).status, 200);
  assert.deepEqual(await ask({ authorization }), { status: 200, reused: true });
  assert.deepEqual(await ask({}), { status: 401, reused: true });
  assert.equal((await ask({ authorization: `${authorization}x` })).status, 401);
  const id = parseId(token.id);
  assert.ok(id !== undefined);
  await hub.modules.tokens.revoke(OPERATOR, id);
  assert.deepEqual(await ask({ authorization }), { status: 401, reused: true });
  agent.destroy();
});
