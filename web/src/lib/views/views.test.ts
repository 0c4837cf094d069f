// What files show: no more is read of them than that, and one that is broken, or made to cost a great deal, is refused.
import assert from 'node:assert/strict';
import test from 'node:test';
import { GGUF_PARTS, ggufOf, PARQUET, safetensorsOf, sourceOf } from './fixtures.ts';
import { readGguf } from './gguf.ts';
import { JsonLinesReader, JsonReader } from './json-table.ts';
import { ParquetReader } from './parquet.ts';
import { readSafetensors } from './safetensors.ts';
import { SeparatedReader } from './separated.ts';
import { guessDelimiter, readRows } from './separated-rows.ts';
import { Unreadable, type Flaw } from './sheet.ts';
import { BoundedSource } from './source.ts';
import { TensorsReader } from './tensors.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const rows = (text: string, whole = true): string[][] =>
  readRows(bytes(text), { delimiter: 0x2c, whole, most: 100 }).rows;
const refuses = async (work: Promise<unknown>, flaw: Flaw): Promise<void> =>
  await assert.rejects(work, (error) => error instanceof Unreadable && error.flaw === flaw);

void test('readRows() reads quotes, ends of lines within them, and what has no end', () => {
  assert.deepEqual(rows('a,b\r\n"x, ""y""","1\n2"\n\n,\n'), [
    ['a', 'b'],
    ['x, "y"', '1\n2'],
    ['', ''],
  ]);
  assert.deepEqual(rows('a,"b'), [['a', 'b']]);
  assert.deepEqual(rows('a,"b"c,d'), [['a', 'b', 'd']]);
  assert.deepEqual(rows('a,b\nc,d', false), [['a', 'b']]);
  assert.deepEqual(rows('a,"b\n', false), []);
  assert.equal(rows(`${'x'.repeat(1_000)},1`)[0]?.[0]?.length, 301);
  assert.equal(rows('a,'.repeat(5_000))[0]?.length, 200);
  assert.equal(guessDelimiter(bytes('a;b;c\n1,2;3')), 0x3b);
});

void test('SeparatedReader shows a hundred rows at a time, and reads no more than it needs', async () => {
  const text = `\ufeffname,n\n${Array.from({ length: 150_000 }, (_none, index) => `row ${index},${index}\n`).join('')}`;
  const source = sourceOf(text);
  const reader = new SeparatedReader(source, false);
  const first = await reader.next();
  assert.deepEqual(first.columns, ['name', 'n']);
  assert.equal(first.rows.length, 100);
  assert.deepEqual(first.rows[99], ['row 99', '99']);
  assert.equal(first.more, true);
  assert.deepEqual((await reader.next()).rows[0], ['row 100', '100']);
  assert.deepEqual(source.ranges, [[0, 524_288]]);
  let last = first;
  while (last.more) last = await reader.next();
  assert.deepEqual(last.rows.at(-1), ['row 149999', '149999']);
});

void test('a row that never ends is refused before it fills the memory', async () => {
  await refuses(
    new SeparatedReader(new BoundedSource(sourceOf(`"${'x'.repeat(20_000_000)}`)), false).next(),
    'too-large',
  );
});

void test('JsonLinesReader and JsonReader show objects, lists and columns', async () => {
  const lines = await new JsonLinesReader(
    sourceOf('{"a":1,"b":{"c":[1,2]}}\n\n{"a":null,"__proto__":"x"}'),
  ).next();
  assert.deepEqual(lines.columns, ['a', 'b', '__proto__']);
  assert.deepEqual(lines.rows, [
    ['1', '{"c":[1,2]}', ''],
    ['', '', 'x'],
  ]);
  const table = async (value: unknown) => await new JsonReader(sourceOf(JSON.stringify(value))).next();
  assert.deepEqual((await table([{ a: true }, { a: 'x' }])).rows, [['true'], ['x']]);
  assert.deepEqual((await table({ data: [{ a: 1 }], version: 2 })).rows, [['1']]);
  assert.deepEqual((await table({ a: [1, 2], b: [3] })).rows, [
    ['1', '3'],
    ['2', ''],
  ]);
  await refuses(table({ a: 1 }), 'no-table');
  await refuses(table('text'), 'no-table');
  await assert.rejects(new JsonLinesReader(sourceOf('{"a":1}\n{broken')).next());
});

void test('JsonReader makes the rows that are shown and no others, and refuses what is too much to be held', async () => {
  // As objects these were four hundred million values.
  const empty = Array.from({ length: 199 }, (_none, index) => `"c${index}":[]`);
  const wide = sourceOf(`{"a":[${'0,'.repeat(2_000_000)}0],${empty.join(',')}}`);
  const reader = new JsonReader(wide);
  const first = await reader.next();
  assert.deepEqual([first.total, first.more, first.rows.length], [2_000_001, true, 100]);
  assert.equal((await reader.next()).rows[99]?.[0], '0');
  const large = sourceOf(`[${' '.repeat(16 * 1024 * 1024)}]`);
  await refuses(new JsonReader(large).next(), 'document');
  assert.deepEqual(large.ranges, []);
});

void test('readSafetensors() reads the header alone', async () => {
  const header = {
    __metadata__: { format: 'pt' },
    w: { dtype: 'F16', shape: [2, 3], data_offsets: [0, 12] },
  };
  const source = sourceOf(safetensorsOf(JSON.stringify(header)));
  const sheet = await new TensorsReader(() => readSafetensors(source), 'en-GB').next();
  assert.deepEqual(sheet.rows, [['w', 'F16', '2 × 3', '6']]);
  assert.deepEqual(sheet.facts, [
    ['parameters', '6'],
    ['format', 'pt'],
  ]);
  assert.ok(source.ranges.every(([, end]) => (end ?? 0) < 200));
});

void test('readSafetensors() refuses what is no header', async () => {
  await refuses(readSafetensors(sourceOf('short')), 'broken');
  await refuses(readSafetensors(sourceOf('\uffff'.repeat(20))), 'broken');
  const long = new Uint8Array(30_000_000);
  new DataView(long.buffer).setBigUint64(0, 29_000_000n, true);
  await refuses(readSafetensors(sourceOf(long)), 'too-large');
  await assert.rejects(readSafetensors(sourceOf(safetensorsOf('{broken'))));
  for (const tensor of [
    null,
    1,
    {},
    { dtype: 1, shape: [] },
    { dtype: 'F16', shape: 3 },
    { dtype: 'F16', shape: ['x'] },
  ])
    await refuses(readSafetensors(sourceOf(safetensorsOf(JSON.stringify({ tensor })))), 'broken');
});

void test('readGguf() reads facts and tensors, as far as the header goes', async () => {
  const source = sourceOf(ggufOf(GGUF_PARTS, 5_000_000));
  const sheet = await new TensorsReader(() => readGguf(source), 'en-GB').next();
  assert.deepEqual(sheet.rows, [
    ['token_embd.weight', 'F16', '64 × 32', '2,048'],
    ['output.weight', 'Q4_K', '10', '10'],
  ]);
  assert.deepEqual(sheet.facts, [
    ['parameters', '2,058'],
    ['format', 'GGUF 3'],
    ['general.name', 'Tiny'],
    ['tokenizer.ggml.tokens', '["a","<script>","c"] (3)'],
  ]);
  assert.deepEqual(source.ranges, [[0, 1_048_576]]);
});

void test('readGguf() goes on where the header is longer, and refuses numbers that no file has', async () => {
  const words = Array.from({ length: 150_000 }, (_none, index) => `word ${index}`);
  const long = ggufOf([[32, 3], [64, 0], [64, 1], 'tokens', [32, 9], [32, 8], [64, words.length], ...words]);
  assert.match((await readGguf(sourceOf(long))).facts[1]?.[1] ?? '', /\(150000\)$/);
  for (const parts of [
    [[32, 9]],
    [
      [32, 3],
      [64, 2 ** 50],
      [64, 0],
    ],
    [[32, 3], [64, 0], [64, 1], 'a', [32, 99]],
    [[32, 3], [64, 0], [64, 1], 'a', [32, 9], [32, 0], [64, 2 ** 52]],
    [
      [32, 3],
      [64, 0],
      [64, 1],
      'a',
      ...Array.from({ length: 9 }, () => [
        [32, 9],
        [64, 1],
      ]).flat(),
    ],
    [[32, 3], [64, 1], [64, 0], 'a', [32, 4_000_000_000]],
  ] as Parameters<typeof ggufOf>[0][])
    await refuses(readGguf(sourceOf(ggufOf(parts, 0))), 'broken');
  await refuses(readGguf(sourceOf('not one')), 'broken');
});

void test('ParquetReader shows rows of every type, and reads the description and the columns', async () => {
  const reader = new ParquetReader(new BoundedSource(sourceOf(PARQUET)));
  const sheet = await reader.next();
  assert.deepEqual(sheet.columns, ['text', 'stars', 'at', 'tags']);
  assert.deepEqual(sheet.rows, [
    ['good', '5', '1970-01-01T00:00:00.000Z', '["a","b"]'],
    ['<b>bad</b>', '1', '1970-01-02T00:00:00.000Z', '[]'],
    ['', '3', '', ''],
  ]);
  assert.equal(sheet.total, 3);
  assert.equal(sheet.more, false);
});

void test('ParquetReader ends with words, whichever byte of a file is another', async () => {
  for (let at = 0; at < PARQUET.length; at += 3) {
    const broken = Uint8Array.from(PARQUET);
    broken[at] = (broken[at] ?? 0) ^ 0xff;
    // Rows or a refusal, and nothing that goes on.
    await new ParquetReader(new BoundedSource(sourceOf(broken))).next().catch((error: unknown) => {
      assert.ok(error instanceof Error);
    });
  }
  await assert.rejects(new ParquetReader(new BoundedSource(sourceOf('PAR1nothing at allPAR1'))).next());
});

void test('BoundedSource keeps within its budget, and within the file', async () => {
  const source = new BoundedSource({
    size: 2 ** 40,
    read: (start, end) => Promise.resolve(new Uint8Array(end - start)),
  });
  await refuses(source.read(0, 2 ** 30), 'too-large');
  for (const [start, end] of [
    [-1, 2],
    [2, 1],
    [0, 2 ** 41],
    [0.5, 2],
    [Number.NaN, 2],
  ] as const)
    await refuses(new BoundedSource(sourceOf('abc')).read(start, end), 'broken');
});
