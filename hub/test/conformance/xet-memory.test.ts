// Clients send up to 64 xorbs at once, each of 64 MiB, and read what is made of them in as many requests: the server's
// memory stays flat.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { KiB, MiB } from '@holdfast/kernel/size';
import { assertNoBugs } from '../harness/bugs.ts';
import { startInstance } from '../harness/instance.ts';
import { peakWhile } from '../harness/memory.ts';
import { residentBytes } from '../harness/processes.ts';
import { MerkleTree } from '../../src/modules/xet/format/merkle.ts';
import { xetHashOf } from '../../src/modules/xet/format/xet-hash.ts';
import { describeFile, encodeShard, encodeXorb, type TestXorb } from '../harness/xet-encode.ts';
import { commit } from '../harness/lfs.ts';
import { openXet, putShard, type XetSession } from '../harness/xet.ts';

const AT_ONCE = 64;
const CHUNK = 128 * KiB;
const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const XORB = (LONG ? 64 : 16) * MiB;
const MOST_GROWTH = 150 * MiB;

void test(`${AT_ONCE} xorbs at once keep the server within 150 MiB of idle, and so do as many reads`, async (t) => {
  await using instance = await startInstance();
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const repo = 'admin/parallel';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'parallel', type: 'model', private: true });
  const made = await fetch(`${instance.url}/api/repos/create`, { method: 'POST', headers, body });
  assert.equal(made.status, 200, await made.text());
  const session = await openXet(instance, { token, repo }, 'write');
  const xorbs = Array.from({ length: AT_ONCE }, (_, number) => wideXorb(number));
  const pid = await instance.hubPid();
  const idle = await residentBytes(pid);
  t.diagnostic(`${idle / MiB} MiB idle`);
  const stays = async (action: () => Promise<void>): Promise<void> => {
    const peak = await peakWhile(pid, action);
    t.diagnostic(`${peak / MiB} MiB at most`);
    assert.ok(peak - idle < MOST_GROWTH, `${idle / MiB} MiB idle, ${peak / MiB} MiB at most`);
  };

  await t.test('sending', async () => {
    await stays(async () => {
      const statuses = await Promise.all(xorbs.map(async (xorb) => await send(session, xorb)));
      assert.deepEqual(new Set(statuses), new Set([200]));
    });
  });
  await t.test('reading', async () => {
    const first = xorbs.slice(0, 8);
    const { oid, size } = await register(session, first);
    const file = { path: 'all.bin', algo: 'sha256', oid, size };
    await commit(instance, { token, repo }, [{ key: 'lfsFile', value: file }]);
    const url = `${instance.url}/${repo}/resolve/main/all.bin`;
    await stays(async () => {
      const starts = Array.from({ length: AT_ONCE }, (_, number) => (number * PIECE) % size);
      const digests = await Promise.all(starts.map(async (start) => await read(url, token, start)));
      for (const [number, start] of starts.entries()) assert.equal(digests[number], digestOf(first, start));
    });
  });
  await t.test('the hub met no bug', async () => await assertNoBugs(instance));
});

/** Bytes in each of the parallel reads. */
const PIECE = 16 * MiB;
const SHARED = [encodeXorb([randomBytes(CHUNK)]), encodeXorb([Buffer.alloc(CHUNK, 'packs well ')], 'lz4')];

/** A xorb whose bytes are nowhere as a whole: one chunk of its own, and then one that others have, again and again. */
interface WideXorb extends TestXorb {
  readonly parts: readonly Buffer[];
}

function wideXorb(number: number): WideXorb {
  const own = encodeXorb([randomBytes(CHUNK)]);
  const filler = SHARED[number % SHARED.length] ?? own;
  const all = [own, ...Array.from({ length: XORB / CHUNK - 1 }, () => filler)];
  const tree = new MerkleTree();
  for (const { hashes } of all) tree.add(hashes[0] ?? Buffer.alloc(0), CHUNK);
  return {
    hash: xetHashOf(tree.root()),
    bytes: Buffer.alloc(0),
    chunks: all.flatMap(({ chunks }) => chunks),
    hashes: all.flatMap(({ hashes }) => hashes),
    ends: [],
    parts: all.map(({ bytes }) => bytes),
  };
}

async function send({ casUrl, accessToken }: XetSession, { hash, parts }: WideXorb): Promise<number> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const headers = { authorization: `Bearer ${accessToken}`, 'content-length': length };
  const request = http.request(`${casUrl}/v1/xorbs/default/${hash}`, {
    method: 'POST',
    headers,
    agent: false,
  });
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>;
  await pipeline(Readable.from(parts), request);
  const [answer] = await answered;
  answer.resume();
  return answer.statusCode ?? 0;
}

/** Registers one file of all these xorbs. */
async function register(
  session: XetSession,
  xorbs: readonly WideXorb[],
): Promise<{ oid: string; size: number }> {
  const hash = createHash('sha256');
  for (const chunk of xorbs.flatMap(({ chunks }) => chunks)) hash.update(chunk);
  const oid = hash.digest('hex');
  const terms = xorbs.map((xorb) => ({ xorb, start: 0, end: xorb.chunks.length }));
  const answer = await putShard(session, encodeShard({ files: [describeFile(terms, oid as Sha256)] }));
  assert.equal(answer.status, 200, await answer.text());
  return { oid, size: xorbs.length * XORB };
}

async function read(url: string, token: string, start: number): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, range: `bytes=${start}-${start + PIECE - 1}` };
  const request = http.get(url, { headers, agent: false });
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  assert.equal(answer.statusCode, 206);
  const hash = createHash('sha256');
  await pipeline(answer, hash);
  return hash.digest('hex');
}

function digestOf(xorbs: readonly WideXorb[], start: number): string {
  const chunks = xorbs.flatMap((xorb) => xorb.chunks).slice(start / CHUNK, (start + PIECE) / CHUNK);
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}
