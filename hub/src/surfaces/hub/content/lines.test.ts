// Lines of a commit's body, cut into chunks at every place.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { Spool, SpoolRoom } from '@holdfast/platform/spool';
import { LONG_TEXT, readLines } from './lines.ts';
import { decodePieces } from './long-text.ts';

const LIMITS = { line: 10_000_000, body: 20_000_000 };

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

interface Read {
  readonly json: unknown;
  readonly long: string | undefined;
}

async function read(text: string | Buffer, size = 65_536, limits = LIMITS): Promise<Read[]> {
  const space = { promise: () => Promise.reject(new Error('all of it fits into memory')) };
  await using spool = new Spool({ folder: '/nonexistent', room: new SpoolRoom(100_000_000), space });
  const found: Read[] = [];
  for await (const { json, long } of readLines(chunksOf(Buffer.from(text), size), limits, spool)) {
    const pieces = long && (await Array.fromAsync(long.pieces(), (piece) => Buffer.from(piece)));
    found.push({ json, long: pieces && Buffer.concat(pieces).toString('utf8') });
  }
  return found;
}

void test('readLines() gives the same lines wherever the chunks are cut', async () => {
  const text = '{"a":1}\n\n{"b":"\\u00e9 ü"}\r\n[2]';
  for (let size = 1; size < 40; size += 1)
    assert.deepEqual(
      (await read(text, size)).map(({ json }) => json),
      [{ a: 1 }, { b: 'é ü' }, [2]],
      String(size),
    );
});

void test('readLines() takes a long text out of its line, unescaped, wherever the chunks are cut', async () => {
  const long = 'plain ü 😀 "quoted" back\\slash \b\f\n\r\t/ '.repeat(9000);
  const ascii = JSON.stringify(long).replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  for (const written of [JSON.stringify(long), ascii])
    for (const size of [65_536, 7_919, 1_009]) {
      const [line, next] = await read(`{"content":${written},"path":"a\\"b"}\n{"n":1}`, size);
      assert.deepEqual(line?.json, { content: LONG_TEXT, path: 'a"b' });
      assert.equal(line?.long, long);
      assert.deepEqual(next?.json, { n: 1 });
    }
});

void test('readLines() leaves texts that are not long where they are', async () => {
  const [line] = await read(JSON.stringify({ content: 'x'.repeat(30_000) }), 1000);
  assert.deepEqual(line, { json: { content: 'x'.repeat(30_000) }, long: undefined });
});

void test('readLines() refuses what is too long, not JSON, cut off or badly escaped', async () => {
  const long = 'x'.repeat(200_000);
  const cases: readonly (readonly [string, string])[] = [
    ['{"a":', 'request.body-malformed'],
    [`{"a":"${long}`, 'request.body-malformed'],
    [`{"a":"${long}\\x"}`, 'request.body-malformed'],
    [`{"a":"${long}\\ud800x"}`, 'request.body-malformed'],
    [`{"a":"${long}\\ud800\\u0041"}`, 'request.body-malformed'],
    [`{"a":"${long}\\u00g0"}`, 'request.body-malformed'],
    [`{"a":"${long}","b":"${'y'.repeat(1_100_000)}"}`, 'request.body-too-large'],
    [`{"a":"${'y'.repeat(10_000_001)}"}`, 'request.body-too-large'],
    [`${JSON.stringify('z'.repeat(900_000))}\n`.repeat(25), 'request.body-too-large'],
  ];
  for (const [text, code] of cases)
    await assert.rejects(read(text), (error) => isFault(error, code), `${text.slice(-20)} ${text.length}`);
});

async function decode(pieces: readonly Buffer[], encoding: 'base64' | 'utf-8'): Promise<Buffer> {
  const source = (async function* () {
    yield* await Promise.resolve(pieces);
  })();
  return Buffer.concat(await Array.fromAsync(decodePieces(source, encoding), (piece) => Buffer.from(piece)));
}

void test('decodePieces() decodes base64 with and without padding, and refuses what is not exactly that', async () => {
  for (const text of ['', 'a', 'ab', 'abc', 'abcd']) {
    const encoded = Buffer.from(text).toString('base64');
    assert.equal((await decode([Buffer.from(encoded)], 'base64')).toString(), text);
    assert.equal((await decode([Buffer.from(encoded.replaceAll('=', ''))], 'base64')).toString(), text);
  }
  assert.equal(
    (await decode([Buffer.from('YWJj'), Buffer.from('YQ=='), Buffer.alloc(0)], 'base64')).toString(),
    'abca',
  );
  for (const pieces of [['YQ==', 'YWJj'], ['Y'], ['YWJ*'], ['YW=j'], ['====']])
    await assert.rejects(
      decode(
        pieces.map((piece) => Buffer.from(piece)),
        'base64',
      ),
      (error) => isFault(error, 'request.body-malformed'),
      pieces.join(),
    );
});

void test('decodePieces() lets through UTF-8 that is cut between pieces, and nothing else', async () => {
  const bytes = Buffer.from('é😀x');
  for (let at = 0; at <= bytes.length; at += 1)
    assert.equal((await decode([bytes.subarray(0, at), bytes.subarray(at)], 'utf-8')).toString(), 'é😀x');
  for (const wrong of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0x61, 0xf0, 0x9f]])
    await assert.rejects(decode([Buffer.from(wrong)], 'utf-8'), (error) =>
      isFault(error, 'request.body-malformed'),
    );
});
