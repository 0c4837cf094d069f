// READMEs of every kind, most of them broken.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { parseCard, requireValid } from './card.ts';
import { MAX_CARD_LENGTH } from './front-matter.ts';

const messages = (list: readonly { message: string }[]): string[] => list.map(({ message }) => message);
const MISSING = 'empty or missing yaml metadata in repo card';

void test('parseCard() reads the metadata and leaves the text behind it', () => {
  assert.deepEqual(parseCard('---\nlicense: mit\ntags: [a]\n---\n# Hello\n'), {
    metadata: { license: 'mit', tags: ['a'] },
    errors: [],
    warnings: [],
    body: '# Hello\n',
  });
});

void test('parseCard() accepts a byte order mark, blank lines, carriage returns and spaces behind the fences', () => {
  for (const readme of [
    '\ufeff---\na: 1\n---\nx',
    '\n \n---\na: 1\n---\nx',
    '---\r\na: 1\r\n---\r\nx',
    '--- \na: 1\n---\t\nx',
  ]) {
    const card = parseCard(readme);
    assert.deepEqual([card.metadata, card.body, card.errors, card.warnings], [{ a: 1 }, 'x', [], []], readme);
  }
  assert.equal(parseCard('---\na: 1\n---').body, '');
});

void test('parseCard() warns of empty or missing metadata', () => {
  for (const readme of [
    '',
    '# Hello',
    '---\n---\n',
    '---\n# c\n---\n',
    '---\n{}\n---\n',
    '---',
    '---\nnever closed',
    'x\n---\na: 1\n---',
    '----\na: 1\n----',
  ]) {
    const card = parseCard(readme);
    assert.deepEqual([messages(card.warnings), card.errors, card.metadata], [[MISSING], [], {}], readme);
  }
});

void test('parseCard() takes a ruler with much behind it for text', () => {
  assert.deepEqual(messages(parseCard(`---${' '.repeat(100)}x\na: 1\n---\n`).warnings), [MISSING]);
  assert.deepEqual(messages(parseCard(`---${' '.repeat(100)}\na: 1\n---\n`).warnings), [MISSING]);
});

void test('parseCard() says what is wrong with YAML, and on which line of the README', () => {
  const card = parseCard('\n---\na: 1\nb: [\n---\n');
  assert.equal(card.errors.length, 1);
  assert.match(String(card.errors[0]?.message), /^invalid YAML in the metadata: /);
  assert.equal(card.errors[0]?.line, 5);
  assert.deepEqual(card.metadata, {});
});

void test('parseCard() accepts only a mapping', () => {
  for (const yaml of ['- a', 'text', '1', '[a: b]', 'true']) {
    const card = parseCard(`---\n${yaml}\n---\n`);
    assert.deepEqual(messages(card.errors), ['the metadata must be a mapping of names to values'], yaml);
  }
});

void test('parseCard() keeps messages to one line of bounded length', () => {
  const card = parseCard(
    `---\n"${'x'.repeat(5000)}": 1\n"${'x'.repeat(5000)}": 1\nlicense: "${'y\\n'.repeat(5000)}"\n---\n`,
  );
  const other = parseCard(
    `---\nlicense: ["${'y\\n'.repeat(5000)}"]\npipeline_tag: "${'z'.repeat(255)}"\nlanguage: "${'q'.repeat(250)}"\n---\n`,
  );
  for (const message of [...messages(card.errors), ...messages(other.errors), ...messages(other.warnings)]) {
    assert.ok(message.length <= 301 && !message.includes('\n'), message);
  }
  assert.ok(messages(other.warnings).some((message) => message.endsWith('…')) || other.warnings.length > 0);
});

void test('parseCard() warns of bytes that are not UTF-8', () => {
  const card = parseCard(
    Buffer.concat([Buffer.from('---\na: '), Buffer.from([0xff]), Buffer.from('\n---\n')]),
  );
  assert.deepEqual(card.metadata, { a: '\ufffd' });
  assert.deepEqual(messages(card.warnings), ['README.md is not valid UTF-8']);
  assert.deepEqual(parseCard(Buffer.from('---\na: é\n---\n')).warnings, []);
});

void test('parseCard() looks at a mebibyte and no more', () => {
  const bytes = Buffer.from(`---\na: 1\n---\n${'é'.repeat(MAX_CARD_LENGTH)}`);
  assert.deepEqual(parseCard(bytes).warnings, []);
  assert.ok(parseCard(bytes).body.length < MAX_CARD_LENGTH);
  assert.deepEqual(messages(parseCard(`---\n${'#\n'.repeat(MAX_CARD_LENGTH)}---\n`).warnings), [MISSING]);
  assert.match(
    messages(parseCard(`---\n${'#\n'.repeat(MAX_CARD_LENGTH / 2 - 10)}---\n`).errors).join(),
    /512 KiB/,
  );
});

void test('parseCard() checks what the metadata means', () => {
  const card = parseCard('---\nlicense: nope\ntags: {a: b}\n---\n');
  assert.match(messages(card.errors).join(), /"license" "nope" is not a known licence id/);
  assert.match(messages(card.warnings).join(), /"tags" must be/);
  assert.deepEqual(card.metadata, { license: 'nope', tags: { a: 'b' } });
});

void test('parseCard() applies the rules of Spaces to Spaces alone', () => {
  assert.equal(parseCard('---\nsdk: fortran\n---\n', 'space').errors.length, 1);
  assert.equal(parseCard('---\nsdk: fortran\n---\n', 'model').errors.length, 0);
  assert.equal(parseCard('---\nsdk: fortran\n---\n').errors.length, 0);
});

void test('requireValid() refuses a card with errors and passes on what clients read', () => {
  requireValid(parseCard('# no metadata'));
  assert.throws(
    () => requireValid(parseCard('---\nlicense: nope\n---\n')),
    (error) => {
      assert.ok(isFault(error, 'card.invalid'));
      assert.equal(error.kind, 'invalid');
      assert.ok(error.message.includes('nope'));
      assert.deepEqual(Object.keys(error.details), ['errors', 'warnings']);
      return true;
    },
  );
});

void test('parseCard() keeps a version as it was written, and no other number', () => {
  const { metadata } = parseCard(
    '---\nx: &v 5.10\nsdk_version: *v\npython_version: 3.10\nversion: 5.10\nnested: {sdk_version: 5.10}\n---\n',
    'space',
  );
  assert.deepEqual(metadata, {
    ...{ x: 5.1, sdk_version: '5.10', python_version: '3.10' },
    ...{ version: 5.1, nested: { sdk_version: 5.1 } },
  });
  assert.deepEqual(parseCard('---\nsdk_version: "5.10"\npython_version: [3.10]\n---\n').metadata, {
    ...{ sdk_version: '5.10', python_version: [3.1] },
  });
});
