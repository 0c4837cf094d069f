// Commits and tags, there and back, with names and messages that try to add headers.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Sha1 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import {
  composeMessage,
  encodeCommit,
  encodeTag,
  MAX_COMMIT_BYTES,
  parseCommit,
  parseTag,
  splitMessage,
  type Commit,
} from './commit-object.ts';
import type { Signature } from './signature.ts';

const TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904' as Sha1;
const OID = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' as Sha1;
const ADA: Signature = {
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  at: new Date('2026-01-02T03:04:05.999Z'),
  tz: '+0000',
};
const COMMIT: Commit = {
  tree: TREE,
  parents: [OID],
  author: ADA,
  committer: { ...ADA, tz: '-0330' },
  message: 'First\n\nMore\n',
};
const malformed = (error: unknown): boolean => isFault(error, 'object.malformed');

void test('encodeCommit() writes the headers of git in their order', () => {
  assert.equal(
    encodeCommit(COMMIT).body.toString(),
    [
      `tree ${TREE}`,
      `parent ${OID}`,
      'author Ada Lovelace <ada@example.org> 1767323045 +0000',
      'committer Ada Lovelace <ada@example.org> 1767323045 -0330',
      '',
      'First',
      '',
      'More',
      '',
    ].join('\n'),
  );
});

void test('parseCommit() gives back what was encoded, to the second', () => {
  const at = new Date('2026-01-02T03:04:05Z');
  const parsed = parseCommit(encodeCommit(COMMIT).body);
  assert.deepEqual(parsed, { ...COMMIT, author: { ...ADA, at }, committer: { ...COMMIT.committer, at } });
  assert.equal(encodeCommit(parsed).oid, encodeCommit(COMMIT).oid);
  assert.equal(parseCommit(encodeCommit({ ...COMMIT, message: '' }).body).message, '');
  assert.deepEqual(parseCommit(encodeCommit({ ...COMMIT, parents: [] }).body).parents, []);
});

void test('encodeCommit() keeps headers and a second author out of names and addresses', () => {
  const evil = 'x\nparent deadbeef\r\n\n<evil@example.org> 0 +0000\u0000\u2028\u009b';
  const { body } = encodeCommit({
    ...COMMIT,
    author: { ...ADA, name: evil, email: evil },
    committer: { ...ADA, name: '\n<>', email: ' ' },
  });
  const lines = body.toString().split('\n');
  assert.equal(
    lines[2],
    'author x parent deadbeef evil@example.org 0 +0000 <xparentdeadbeefevil@example.org0+0000> 1767323045 +0000',
  );
  assert.equal(lines[3], 'committer unknown <> 1767323045 +0000');
  assert.equal(lines[4], '');
  assert.deepEqual(parseCommit(body).parents, [OID]);
});

void test('encodeCommit() stays a commit whatever the account is called', () => {
  const units = [
    'a',
    ' ',
    '\n',
    '\r',
    '\0',
    '<',
    '>',
    '.',
    ',',
    '"',
    "'",
    '\\',
    '\u2028',
    '\ud800',
    'é',
    '\u0085',
    ';',
    ':',
  ];
  let state = 5;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const text = (): string => Array.from({ length: next(12) }, () => units[next(units.length)]).join('');
  for (let round = 0; round < 3000; round += 1) {
    const signature = { ...ADA, name: text(), email: text() };
    const parsed = parseCommit(encodeCommit({ ...COMMIT, author: signature, message: text() }).body);
    assert.match(parsed.author.name, /^[^\n\r<>\0]+$/);
    assert.match(parsed.author.email, /^[^\n\r<>\0 ]*$/);
    assert.equal(parsed.committer.name, 'Ada Lovelace');
    assert.doesNotMatch(parsed.message, /[\0\r]/);
  }
});

void test('encodeCommit() shortens a name', () => {
  assert.ok(encodeCommit({ ...COMMIT, author: { ...ADA, name: 'x'.repeat(1e6) } }).body.length < 1000);
});

void test('encodeCommit() refuses times and offsets that git cannot hold', () => {
  for (const bad of [
    { at: new Date(-1000) },
    { at: new Date(NaN) },
    { tz: 'UTC' },
    { tz: '+00:00' },
    { tz: '+0000\nx' },
  ]) {
    assert.throws(() => encodeCommit({ ...COMMIT, author: { ...ADA, ...bad } }), TypeError);
  }
});

void test('encodeCommit() cleans the message and ends it with one newline', () => {
  const message = (text: string): string =>
    parseCommit(encodeCommit({ ...COMMIT, message: text }).body).message;
  assert.equal(message('a\r\nb\0c\u001b[31m\td\n\n\n'), 'a\nb c [31m\td\n');
  assert.equal(message(' \n '), '');
  assert.equal(message('\ud800'), '\ufffd\n');
});

void test('parseCommit() skips signatures and other headers', () => {
  const body = encodeCommit(COMMIT)
    .body.toString()
    .replace('\n\nFirst', '\ngpgsig -----BEGIN\n x\n  \n -----END\nencoding latin1\n\nFirst');
  assert.equal(parseCommit(Buffer.from(body)).message, 'First\n\nMore\n');
});

void test('parseCommit() reads a commit without message or blank line', () => {
  const body = encodeCommit(COMMIT).body.toString().split('\n\n')[0] ?? '';
  assert.equal(parseCommit(Buffer.from(body)).message, '');
});

void test('parseCommit() refuses what is not a commit', () => {
  const text = encodeCommit(COMMIT).body.toString();
  const bad = [
    '',
    '\n\n',
    'tree\n',
    text.slice(1),
    text.replace('tree', 'three'),
    text.replace(TREE, 'xyz'),
    text.replace(OID, 'xyz'),

    text.replace('author ', 'writer '),
    text.replace('committer ', 'x '),
    text.replace('+0000', '+00'),
    text.replace('<', ''),

    text.replaceAll('>', ''),
    text.replace('> 1767323045', '>1767323045'),
    text.replace('1767323045', '-1'),

    text.replace('1767323045', '01'),
    text.replace('1767323045', '9999999999999'),
    text.replace('1767323045', '1e9'),

    text.replace(`parent ${OID}\n`, `parent ${OID}\n`.repeat(257)),
    `${text}${'x'.repeat(MAX_COMMIT_BYTES)}`,
  ];
  for (const body of bad) assert.throws(() => parseCommit(Buffer.from(body)), malformed, body.slice(0, 80));
});

void test('encodeTag() and parseTag() agree', () => {
  const tag = {
    object: OID,
    kind: 'commit' as const,
    name: 'v1',
    tagger: { ...ADA, at: new Date(1000) },
    message: 'Release\n',
  };
  assert.deepEqual(parseTag(encodeTag(tag).body), tag);
});

void test('parseTag() reads a tag without tagger and refuses what is not a tag', () => {
  const head = `object ${OID}\ntype commit\ntag v0\n`;
  assert.deepEqual(parseTag(Buffer.from(`${head}\nold\n`)), {
    object: OID,
    kind: 'commit',
    name: 'v0',
    tagger: undefined,
    message: 'old\n',
  });
  for (const kind of ['blob', 'tree', 'tag'])
    assert.equal(parseTag(Buffer.from(head.replace('commit', kind))).kind, kind);
  for (const body of [
    '',
    head.replace('commit', 'thing'),
    head.replace(OID, 'x'),
    head.replace('tag v0', 'v0'),
    `${head}tagger x\n`,
  ]) {
    assert.throws(() => parseTag(Buffer.from(body)), malformed);
  }
});

void test('composeMessage() keeps the title on one line', () => {
  assert.equal(composeMessage('A\nb  c ', ''), 'A b c');
  assert.equal(composeMessage('A', ' more\nlines \n'), 'A\n\nmore\nlines');
});

void test('splitMessage() gives title and body back', () => {
  assert.deepEqual(splitMessage('A\n\nmore\nlines\n'), { title: 'A', body: 'more\nlines' });
  assert.deepEqual(splitMessage('A'), { title: 'A', body: '' });
});
