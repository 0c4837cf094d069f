// What is looked for is found in every form and cut, and nothing else is.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { formsOf } from './forms.ts';
import { Scan, Search, type Wanted } from './search.ts';

const VALUE = 'sk-proj-aB3dE6gH9jK2mN5p';
const search = new Search(formsOf(Buffer.from(VALUE)).map((text) => ({ name: 'one', text })));

function inPieces(text: Buffer, size: number): string | undefined {
  const scan = new Scan(search);
  for (let at = 0; at < text.length; at += size) {
    const found = scan.feed(text.subarray(at, at + size));
    if (found !== undefined) return found;
  }
  return undefined;
}

const FORMS: readonly string[] = [
  VALUE,
  Buffer.from(VALUE).toString('hex'),
  Buffer.from(VALUE).toString('hex').toUpperCase(),
  ...['', 'x', 'xy', 'user:', 'user2:', 'u:'].flatMap((before) =>
    ['', 'z', 'zz'].flatMap((after) => [
      Buffer.from(before + VALUE + after).toString('base64'),
      Buffer.from(before + VALUE + after).toString('base64url'),
    ]),
  ),
  VALUE.replace('s', '%73'),
  [...Buffer.from(VALUE)].map((byte) => `%${byte.toString(16)}`).join(''),
  [...Buffer.from(VALUE)].map((byte, at) => (at % 2 === 0 ? `%${byte.toString(16)}` : VALUE[at])).join(''),
  `%%%7${VALUE}`,
  `%7%73${VALUE.slice(1)}`,
];

void test('every form is found, wherever the bytes are cut', () => {
  for (const form of FORMS)
    for (const size of [1, 2, 3, 5, 7, 1_000])
      assert.equal(inPieces(Buffer.from(`before ${form} after`), size), 'one', `${form} by ${size}`);
});

void test('findIn() finds in letters what it finds in their bytes', () => {
  const odd = Buffer.from([0xff, 0x80, 0x41, 0xe9]);
  const both = new Search([
    { name: 'odd', text: odd },
    ...formsOf(Buffer.from(VALUE)).map((text) => ({ name: 'one', text })),
  ]);
  for (const form of [
    ...FORMS,
    odd.toString('latin1'),
    `\u00e9${VALUE}`,
    VALUE.slice(1),
    '\u007f\u0000A\u0069',
    '',
    '%',
  ])
    for (const text of [form, `before ${form}`, `${form} after`])
      assert.equal(both.findIn(text), both.findIn(Buffer.from(text, 'latin1')), text);
  assert.equal(both.findIn(odd.toString('latin1')), 'odd');
  assert.equal(both.findIn(`\u00e9${VALUE}`), 'one');
});

void test('what is nearly it is not found', () => {
  for (const text of [
    VALUE.slice(1),
    VALUE.slice(0, -1),
    VALUE.toLowerCase(),
    `${VALUE.slice(0, 9)} ${VALUE.slice(9)}`,
  ])
    assert.equal(inPieces(Buffer.from(text), 4), undefined, text);
  assert.equal(inPieces(randomBytes(100_000), 4_096), undefined);
});

void test('many texts are found as if each were looked for alone', () => {
  const letters = 'ab';
  const random = (length: number): string =>
    [...randomBytes(length)].map((byte) => letters[byte % 2]).join('');
  for (let round = 0; round < 200; round += 1) {
    const wanted: Wanted[] = Array.from({ length: 4 }, (_, at) => ({
      name: String(at),
      text: Buffer.from(random(2 + ((round + at) % 5))),
    }));
    const text = random(12);
    const expected = wanted.some((one) => text.includes(one.text.toString()));
    assert.equal(
      new Search(wanted).findIn(text) !== undefined,
      expected,
      `${text} ${wanted.map((one) => one.text.toString()).join()}`,
    );
  }
});

void test('open() counts what may begin something', () => {
  const scan = new Scan(search);
  scan.feed(Buffer.from('and sk-proj'));
  assert.equal(scan.open, 7);
  scan.feed(Buffer.from(' no'));
  assert.ok(scan.open < 3);
  assert.equal(new Search([]).findIn('anything'), undefined);
});
