// Lines of sandboxes, without what drives terminals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { plainLine, withoutSequences } from './plain-line.ts';

/** What sequences are made of, and what is beside them. */
const PARTS = [
  ...['\u001B', '\u009B', '\u001B]', '\u001B[', '\u0007', '\u001B\\', '\u009C', '\u001B]8;;', '\u001B]0;'],
  ...['[', ']', '(', ')', '#', ';', '?', ':', '\\', '1', '0', '22', '12345', 'm', 'K', 'Q', 'a', '=', '~'],
  ...['words of a line', ' ', '\n', '\t', 'é', '\u{1F600}', '\uD83D', ''],
];

/** Texts that are the same each time: a test that fails now and then tells little. */
function* texts(count: number): Generator<string> {
  let state = 1;
  const draw = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let index = 0; index < count; index += 1)
    yield Array.from({ length: draw(14) }, () => PARTS[draw(PARTS.length)] ?? '').join('');
}

void test('withoutSequences() takes out what Node takes out, of texts of all kinds', () => {
  for (const text of texts(100_000))
    assert.equal(withoutSequences(text), stripVTControlCharacters(text), JSON.stringify(text));
});

void test('plainLine() takes out colours, titles and links, and no words', () => {
  assert.equal(plainLine('\u001B[1;31merror\u001B[0m: it\tfailed\u0008\r'), 'error: it\tfailed');
  assert.equal(plainLine('\u001B]0;a title\u0007\u001B]8;;https://example.org\u001B\\a link'), 'a link');
  assert.equal(plainLine('\u001B\u0000\u007F\u0085'), '');
});

const LONG = 1_000_000;

for (const [what, part] of [
  ['titles that are never ended', '\u001B]'],
  ['titles with words', '\u001B]0;title'],
  ['beginnings', '\u001B'],
  ['beginnings of the other kind', '\u009B'],
  ['colours that are never ended', '\u001B[1;1;1;1;'],
  ['brackets', '\u001B[[[[[[[['],
  ['control characters', '\u0000'],
] as const)
  void test(`plainLine() takes no time that counts, when there is a long line of ${what}`, () => {
    const line = part.repeat(Math.ceil(LONG / part.length));
    const before = performance.now();
    for (const text of [line, `\u001B[${line}`, `${line} words`, `\u001B${'['.repeat(LONG)}`])
      plainLine(text);
    const took = performance.now() - before;
    assert.ok(took < 2_000, `it took ${String(Math.round(took))} ms`);
  });
