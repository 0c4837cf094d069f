// sendFile() over a real HTTP connection: what a client sees for each kind of request.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { BufferPool } from '@holdfast/platform/buffer-pool';
import { openDiskStore } from '@holdfast/platform/objects/disk';
import type { OpenObject } from '@holdfast/platform/objects/store';
import { sendFile, type SendableFile, type SentFile } from '../../../src/surfaces/http/send-file.ts';

const SIZE = 3 * 1024 * 1024 + 7;
const content = Buffer.from(
  Uint8Array.from({ length: SIZE }, (_, index) => (index * 31 + (index >> 8)) & 255),
);

type Kind = 'memory' | 'disk' | 'stream';
const KINDS: readonly Kind[] = ['memory', 'disk', 'stream'];

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Fixture extends AsyncDisposable {
  ask(options: { method?: string; headers?: Record<string, string> }): Promise<Answer>;
  readonly port: number;
  readonly outcomes: (SentFile | Error)[];
}

/** A server with one file, kept in memory, on disk, or in a store that has no descriptors. */
async function serve(kind: Kind, bytes: Buffer = content, claimed = bytes.length): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-send-'));
  const buffers = new BufferPool();
  const store = await openDiskStore({
    root: directory,
    instance: 'test',
    buffers,
    reserve: { bytes: 0, share: 0 },
  });
  const { sha256 } = await store.put(async1(bytes), { limit: bytes.length });
  const open = async (): Promise<OpenObject> => {
    const object = await store.open(sha256);
    return kind === 'disk' ? object : withoutDescriptor(object);
  };
  const file: SendableFile = {
    path: 'folder/model.bin',
    size: claimed,
    etag: '"abc"',
    headers: { 'X-Repo-Commit': 'c0ffee' },
    content: kind === 'memory' ? bytes : open,
  };
  const outcomes: (SentFile | Error)[] = [];
  const server = createServer((incoming, response) => {
    sendFile({ request: incoming, response }, file, { buffers, slowAfterMs: 5000 }).then(
      (sent) => outcomes.push(sent),
      (error: Error) => {
        outcomes.push(error);
        response.destroy();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    outcomes,
    ask: ({ method = 'GET', headers = {} }) => ask(port, method, headers),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
      assert.equal(buffers.lent, 0, 'no buffer stayed lent');
    },
  };
}

async function* async1(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function withoutDescriptor(object: OpenObject): OpenObject {
  return {
    sha256: object.sha256,
    size: object.size,
    fd: undefined,
    read: (range, signal) => object.read(range, signal),
    readInto: (start, into) => object.readInto(start, into),
    [Symbol.asyncDispose]: () => object[Symbol.asyncDispose](),
  };
}

async function ask(port: number, method: string, headers: Record<string, string>): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, headers, agent: false }, (response) => {
      Array.fromAsync(response as AsyncIterable<Buffer>).then((chunks) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      }, reject);
    });
    asked.on('error', reject).end();
  });
}

for (const kind of KINDS) {
  void test(`sendFile() answers GET and HEAD with equal headers, from ${kind}`, async () => {
    await using server = await serve(kind);
    const got = await server.ask({});
    assert.equal(got.status, 200);
    assert.ok(got.body.equals(content));
    const head = await server.ask({ method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    assert.deepEqual({ ...head.headers, date: '' }, { ...got.headers, date: '' });
    assert.equal(got.headers['content-length'], String(SIZE));
    assert.equal(got.headers['x-repo-commit'], 'c0ffee');
    assert.equal(got.headers['x-content-type-options'], 'nosniff');
    assert.equal(got.headers['content-security-policy'], 'sandbox');
    assert.equal(got.headers['access-control-allow-credentials'], undefined);
  });

  void test(`sendFile() answers one range, from ${kind}`, async () => {
    await using server = await serve(kind);
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=1048570-2097160', 1_048_570, 2_097_161],
      ['bytes=-5', SIZE - 5, SIZE],
      ['bytes=7-', 7, SIZE],
    ] as const) {
      const got = await server.ask({ headers: { Range: range } });
      assert.equal(got.status, 206, range);
      assert.equal(got.headers['content-range'], `bytes ${start}-${end - 1}/${SIZE}`);
      assert.ok(got.body.equals(content.subarray(start, end)), range);
    }
  });

  void test(`sendFile() answers several ranges in one framed body, from ${kind}`, async () => {
    await using server = await serve(kind);
    const got = await server.ask({ headers: { Range: 'bytes=2000000-2000001,0-3' } });
    assert.equal(got.status, 206);
    assert.equal(got.headers['content-length'], String(got.body.length));
    const boundary =
      /^multipart\/byteranges; boundary=(\w+)$/.exec(got.headers['content-type'] ?? '')?.[1] ?? '';
    const parts = got.body.toString('latin1').split(`--${boundary}`);
    assert.equal(parts.length, 4);
    const body = (part: string): string => part.split('\r\n\r\n')[1]?.slice(0, -2) ?? '';
    assert.match(parts[1] ?? '', new RegExp(`Content-Range: bytes 2000000-2000001/${SIZE}`));
    assert.equal(body(parts[1] ?? ''), content.subarray(2_000_000, 2_000_002).toString('latin1'));
    assert.equal(body(parts[2] ?? ''), content.subarray(0, 4).toString('latin1'));
    assert.equal(parts[3], '--\r\n');
  });
}

void test('sendFile() answers 304 to a client that has the file', async () => {
  await using server = await serve('disk');
  for (const method of ['GET', 'HEAD']) {
    const got = await server.ask({ method, headers: { 'If-None-Match': 'W/"abc"', Range: 'bytes=0-1' } });
    assert.equal(got.status, 304);
    assert.equal(got.body.length, 0);
    assert.equal(got.headers.etag, '"abc"');
    assert.equal(got.headers['content-length'], undefined);
    assert.equal(got.headers['x-repo-commit'], 'c0ffee');
  }
});

void test('sendFile() answers 416 with the size for a range outside the file', async () => {
  await using server = await serve('disk');
  const got = await server.ask({ headers: { Range: `bytes=${SIZE}-` } });
  assert.equal(got.status, 416);
  assert.equal(got.headers['content-range'], `bytes */${SIZE}`);
  assert.equal(got.headers['x-error-code'], 'RangeNotSatisfiable');
  assert.equal(got.body.length, 0);
});

void test('sendFile() sends the whole to a resumed download of another version', async () => {
  await using server = await serve('disk');
  const got = await server.ask({ headers: { Range: 'bytes=5-', 'If-Range': '"other"' } });
  assert.equal(got.status, 200);
  assert.equal(got.body.length, SIZE);
  const same = await server.ask({ headers: { Range: 'bytes=5-', 'If-Range': '"abc"' } });
  assert.equal(same.status, 206);
});

void test('sendFile() ignores a range on HEAD', async () => {
  await using server = await serve('disk');
  const got = await server.ask({ method: 'HEAD', headers: { Range: 'bytes=0-0' } });
  assert.equal(got.status, 200);
  assert.equal(got.headers['content-length'], String(SIZE));
});

for (const kind of KINDS) {
  void test(`sendFile() tells the size of an empty file to a client that asks for its first byte, from ${kind}`, async () => {
    await using server = await serve(kind, Buffer.alloc(0));
    const got = await server.ask({ headers: { Range: 'bytes=0-0' } });
    assert.equal(got.status, 200);
    assert.equal(got.headers['content-length'], '0');
    assert.equal(got.headers['content-range'], 'bytes */0');
    const plain = await server.ask({});
    assert.equal(plain.status, 200);
    assert.equal(plain.headers['content-range'], undefined);
  });
}

for (const kind of ['disk', 'stream'] as const) {
  void test(`sendFile() ends quietly when the client leaves, from ${kind}`, async () => {
    await using server = await serve(kind, Buffer.alloc(32 * 1024 * 1024, 7));
    await new Promise<void>((resolve) => {
      const asked = request({ host: '127.0.0.1', port: server.port, agent: false }, (response) => {
        response.once('data', () => {
          response.destroy();
          resolve();
        });
      });
      asked.on('error', () => undefined).end();
    });
    for (let tries = 0; server.outcomes.length === 0 && tries < 3_000; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const [outcome] = server.outcomes;
    assert.ok(outcome !== undefined && !(outcome instanceof Error));
    assert.equal(outcome.complete, false);
    assert.ok(outcome.bytes < 32 * 1024 * 1024);
  });
}

void test('sendFile() sends nothing of an object that has another size than the file', async () => {
  await using server = await serve('disk', content, SIZE + 1);
  await assert.rejects(server.ask({}));
  const [outcome] = server.outcomes;
  assert.ok(outcome instanceof Error);
  assert.match(outcome.message, /bytes long/);
});
