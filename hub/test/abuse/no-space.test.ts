// A disk that is full in the middle of a body, for which there was room when it began: whoever sends is told so, nothing of it is
// left, and reading and revoking go on. The database is elsewhere here; beside it the reserve keeps room for it (`full-disk`).
import assert from 'node:assert/strict';
import { mkdir, open, readdir, rm, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { startInstance, type Instance } from '../harness/instance.ts';
import { askOne, put, sampleOf, uploadFile, uploadLink } from '../harness/lfs.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSmallDisk } from '../harness/small-disk.ts';
import { isRoot } from '../harness/test-user.ts';
import { encodeShard } from '../harness/xet-encode.ts';
import { askXet, commitXet, openXet, putShard, putXorb, xetSample } from '../harness/xet.ts';

const DISK = 160 * MiB;
const FILES = 2_000;
const PIECE = MiB / 4;

/** Takes what is left of the disk, to the last page. */
async function fill(folder: string): Promise<string> {
  const file = path.join(folder, 'filler');
  await using filler = await open(file, 'w');
  for (const size of [MiB, 4096]) while (await takes(filler, size));
  return file;
}

async function takes(filler: FileHandle, size: number): Promise<boolean> {
  try {
    return (await filler.write(Buffer.alloc(size))).bytesWritten === size;
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
    return false;
  }
}

/** Takes the last file of the disk but one. */
async function fillNames(folder: string): Promise<string> {
  const filler = path.join(folder, 'fillers');
  await mkdir(filler);
  for (let number = 0; ; number += 1)
    try {
      await (await open(path.join(filler, String(number)), 'wx')).close();
    } catch (error) {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'ENOSPC', String(error));
      assert.ok(number > 0 && number < FILES);
      await rm(path.join(filler, String(number - 1)));
      return filler;
    }
}

/** Sends half of a body, then fills the disk, then sends the rest; gives the answer, and what fills the disk. */
async function sendIntoFull(
  folder: string,
  to: string,
  init: { readonly method: string; readonly body: Buffer; readonly headers?: Record<string, string> },
): Promise<{ readonly status: number; readonly said: string; readonly filler: string }> {
  const { body } = init;
  let filler = '';
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < body.length; start += PIECE) {
      if (filler === '' && start >= body.length / 2) filler = await fill(folder);
      yield new Uint8Array(body.subarray(start, start + PIECE));
    }
  }
  const headers = { ...init.headers, 'content-length': String(body.length) };
  const answer = await fetch(to, {
    ...{ method: init.method, headers, duplex: 'half' },
    body: ReadableStream.from(pieces()),
  });
  return { status: answer.status, said: await answer.text(), filler };
}

async function untilNothingIncoming(objects: string): Promise<void> {
  const list = async (): Promise<string[]> =>
    (await readdir(path.join(objects, 'store', 'incoming'), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);
  for (const giveUp = Date.now() + 30_000; (await list()).length > 0; await delay(50))
    assert.ok(Date.now() < giveUp, `left: ${(await list()).join()}`);
}

const TO = { repo: 'admin/full' };

/** Begins to send, and expects that it is refused for want of room, and that all else goes on meanwhile. */
async function requireRefused(t: TestContext, where: Where, send: () => Promise<Sent>): Promise<void> {
  const { status, said, filler } = await send();
  await t.test('it is said', () => {
    assert.equal(status, 507, said);
    assert.match(said, /no space left/);
  });
  await t.test('reading and revoking go on', async () => {
    const { instance, kept, token } = where;
    const headers = { authorization: `Bearer ${token}` };
    const read = await fetch(`${instance.url}/${TO.repo}/resolve/main/kept.bin`, { headers });
    assert.ok(Buffer.from(await read.arrayBuffer()).equals(kept));
    const wish = ['--user', 'admin', '--name', 'victim', '--role', 'read', '--json'];
    const victim = JSON.parse(await instance.admin('token', 'create', ...wish)) as Victim;
    await instance.admin('token', 'revoke', victim.id);
    const who = await fetch(`${instance.url}/api/whoami-v2`, {
      headers: { authorization: `Bearer ${victim.token}` },
    });
    assert.equal(who.status, 401);
  });
  await rm(filler, { recursive: true });
  await t.test('nothing is left of it', async () => {
    await untilNothingIncoming(where.objects);
  });
}

type Sent = Awaited<ReturnType<typeof sendIntoFull>>;
interface Victim {
  readonly id: string;
  readonly token: string;
}
interface Where {
  readonly instance: Instance;
  readonly objects: string;
  readonly kept: Buffer;
  readonly token: string;
}

const skip = isRoot ? false : 'only root can mount a small disk';

void test('a disk that is full in the middle of an upload', { timeout: 240_000, skip }, async (t) => {
  await using scratch = await openScratch('no-space');
  await using disk = await openSmallDisk(DISK, FILES);
  const objects = path.join(disk.path, 'objects');
  const data = path.join(scratch.path, 'data');
  await mkdir(data, { mode: 0o700 });
  await writeFile(
    path.join(data, 'config.json'),
    JSON.stringify({ limits: { reservedBytes: 0, uploadPart: 8 * MiB } }),
    { mode: 0o600 },
  );
  await using instance = await startInstance({
    folder: scratch.path,
    env: { HOLDFAST_OBJECTS: objects },
  });
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', name: 'full', private: true }),
  });
  const to = { ...TO, token };
  const kept = sampleOf(2 * MiB);
  await uploadFile(instance, { ...to, sample: kept, path: 'kept.bin' });
  const where: Where = { instance, objects, kept: kept.bytes, token };

  await t.test('a large file', async (part) => {
    const sample = sampleOf(24 * MiB);
    const href = await uploadLink(instance, { ...to, sample });
    const send = async () => await sendIntoFull(disk.path, href, { method: 'PUT', body: sample.bytes });
    await requireRefused(part, where, send);
    assert.equal((await put(href, sample.bytes)).status, 200, 'with room again the same link takes it');
  });

  await t.test('a part of a large file', async (part) => {
    const sample = sampleOf(40 * MiB);
    const wish = { ...to, operation: 'upload', sample, transfers: ['multipart'] } as const;
    const { actions } = await askOne(instance, wish);
    const href = actions?.upload?.header['00001'] ?? assert.fail(JSON.stringify(actions));
    const body = sample.bytes.subarray(0, 8 * MiB);
    const send = async () => await sendIntoFull(disk.path, href, { method: 'PUT', body });
    await requireRefused(part, where, send);
    assert.equal((await put(href, body)).status, 200, 'with room again the same link takes it');
  });

  await t.test('a xorb', async (part) => {
    const session = await openXet(instance, to, 'write');
    const { xorb } = xetSample(400, 100_000);
    const at = `${session.casUrl}/v1/xorbs/default/${xorb.hash}`;
    const headers = { authorization: `Bearer ${session.accessToken}` };
    const init = { method: 'POST', body: xorb.bytes, headers };
    await requireRefused(part, where, async () => await sendIntoFull(disk.path, at, init));
    const again = await fetch(at, { method: 'POST', headers, body: new Uint8Array(xorb.bytes) });
    assert.equal(again.status, 200, 'with room again it is taken');
  });

  await t.test('a xorb for whose bytes there is room, and for whose name there is none', async (part) => {
    const session = await openXet(instance, to, 'write');
    const sample = xetSample(4, 10_000);
    const send = async () => {
      const filler = await fillNames(disk.path);
      const answer = await putXorb(session, sample.xorb);
      return { status: answer.status, said: await answer.text(), filler };
    };
    await requireRefused(part, where, send);
    const head = await askXet(session, `/v1/xorbs/default/${sample.xorb.hash}`, { method: 'HEAD' });
    assert.equal(head.status, 404, 'nothing names what is not there');
    assert.equal((await putXorb(session, sample.xorb)).status, 200, 'with room again it is taken');
    assert.equal((await putShard(session, encodeShard({ files: [sample.file] }))).status, 200);
    await commitXet(instance, to, { sample, path: 'late.safetensors' });
    const headers = { authorization: `Bearer ${token}` };
    const read = await fetch(`${instance.url}/${TO.repo}/resolve/main/late.safetensors`, { headers });
    assert.ok(Buffer.from(await read.arrayBuffer()).equals(sample.bytes));
  });
});
