// Which lines differ.
import assert from 'node:assert/strict';
import test from 'node:test';
import { diffLines, type Hunk } from './line-diff.ts';

const SIGNS = { same: ' ', deleted: '-', added: '+' } as const;
const shown = (hunks: readonly Hunk[]): string[] =>
  hunks.map((hunk) => hunk.map(({ kind, text }) => SIGNS[kind] + text).join('|'));

void test('diffLines() finds what was taken away and added, with three lines around', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\ni\n';
  assert.deepEqual(shown(diffLines(before, before.replace('e\n', 'E\n'))), [' b| c| d|-e|+E| f| g| h']);
  assert.deepEqual(shown(diffLines('', 'a\nb\n')), ['+a|+b']);
  assert.deepEqual(shown(diffLines('a\nb', '')), ['-a|-b']);
  assert.deepEqual(diffLines(before, before), []);
  assert.deepEqual(shown(diffLines('a\nb\nc\n', 'a\nc\nd\n')), [' a|-b| c|+d']);
});

void test('diffLines() keeps what is far apart apart, and numbers the lines of both texts', () => {
  const lines = Array.from({ length: 40 }, (_none, index) => String(index));
  const after = lines.with(2, 'x').with(30, 'y');
  const hunks = diffLines(lines.join('\n'), after.join('\n'));
  assert.equal(hunks.length, 2);
  assert.deepEqual(
    hunks[1]?.find(({ kind }) => kind === 'added'),
    {
      ...{ kind: 'added', text: 'y', before: undefined, after: 31 },
    },
  );
});

void test('diffLines() makes one text into the other, whatever they are', () => {
  let seed = 7;
  const random = (most: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % most;
  };
  for (let round = 0; round < 300; round += 1) {
    const text = () => Array.from({ length: random(12) }, () => 'abc'[random(3)]).join('\n');
    const [before, after] = [text(), text()];
    const hunks = diffLines(before, after);
    const added = hunks.flat().filter(({ kind }) => kind !== 'deleted');
    for (const { text: line, after: number } of added)
      assert.equal(after.split('\n')[(number ?? 0) - 1], line, `${before} → ${after}`);
    const gone = hunks.flat().filter(({ kind }) => kind === 'deleted').length;
    const come = hunks.flat().filter(({ kind }) => kind === 'added').length;
    const count = (one: string): number => (one === '' ? 0 : one.split('\n').length);
    assert.equal(count(before) - gone + come, count(after), `${before} → ${after}`);
  }
});

void test('diffLines() does not look for long in texts that have nothing in common', () => {
  const text = (letter: string): string =>
    Array.from({ length: 20_000 }, (_none, i) => letter + i).join('\n');
  const began = performance.now();
  assert.equal(diffLines(text('a'), text('b')).flat().length, 40_000);
  assert.ok(performance.now() - began < 2_000);
});
