// Lines of what is written, with bounds.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { LogLines, type LogLine } from './log-lines.ts';

/** What comes of these pieces. */
async function linesOf(pieces: readonly (string | Buffer)[], now = new Date(0)): Promise<string[]> {
  const got: LogLine[] = [];
  const lines = new LogLines(
    (some) => got.push(...some),
    () => now,
  );
  const stream = new PassThrough();
  lines.follow(stream);
  for (const piece of pieces) stream.write(piece);
  stream.end();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  stream.once('close', () => {
    resolve(undefined);
  });
  await promise;
  lines[Symbol.dispose]();
  return got.map(({ text }) => text);
}

void test('LogLines cuts at line ends, across pieces and within a letter, and keeps an unfinished last line', async () => {
  const letter = Buffer.from('é');
  const pieces = ['one\r\ntw', 'o\n', letter.subarray(0, 1), letter.subarray(1), 'nd'];
  assert.deepEqual(await linesOf(pieces), ['one', 'two', 'énd']);
});

void test('LogLines bounds a line that does not end', async () => {
  const lines = await linesOf([Buffer.alloc(20_000, 'x')]);
  assert.ok(lines.every((line) => line.length <= 8_000));
});

void test('LogLines leaves out what is too much in a second, and says how much', async () => {
  const lines = await linesOf(['line\n'.repeat(1_000)]);
  assert.equal(lines.filter((line) => line === 'line').length, 400);
  assert.equal(
    lines.at(-1),
    '[600 lines were left out: more than 400, or more than 262144 characters, came in a second]',
  );
});

void test('LogLines takes no more characters in a second than a reader could, however long the lines', async () => {
  const lines = await linesOf([`${'x'.repeat(7_999)}\n`.repeat(300)]);
  const taken = lines.filter((line) => line.startsWith('x'));
  assert.equal(taken.length, 32);
  assert.match(lines.at(-1) ?? '', /^\[268 lines were left out/);
});
