// What `.gitattributes` means, also when it is written to confuse or to cost time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { isLfs, MAX_ATTRIBUTES_BYTES, MAX_ATTRIBUTES_LINES, parseAttributes } from './attributes.ts';

const lfs = (text: string, path: string): boolean => isLfs(path, parseAttributes(text));
const of = (text: string, path: string) => Object.fromEntries(parseAttributes(text).of(path));

void test('isLfs() lets the last line that matches decide', () => {
  assert.equal(lfs('*.bin filter=lfs\n', 'x.bin'), true);
  assert.equal(lfs('*.bin filter=lfs\n', 'x.txt'), false);
  assert.equal(lfs('*.bin filter=lfs\n/x.bin -filter\n', 'x.bin'), false);
  assert.equal(lfs('*.bin -filter\nx.* filter=lfs', 'x.bin'), true);
  assert.equal(lfs('*.bin filter=lfs\n*.bin !filter', 'a/x.bin'), false);
  assert.equal(lfs('* filter=other', 'x'), false);
  assert.equal(lfs('* filter', 'x'), false);
  assert.equal(lfs('', 'x'), false);
  assert.equal(lfs('a/x filter=lfs\na/x -filter\nx filter=lfs\na/x -filter\n', 'a/x'), false);
});

void test('of() tells set, unset, unspecified and valued attributes apart', () => {
  assert.deepEqual(of('* a -b !c d=e f= g=h=i\n', 'x'), {
    a: true,
    b: false,
    c: undefined,
    d: 'e',
    f: '',
    g: 'h=i',
  });
  assert.deepEqual(of('x a a=1 -a', 'x'), { a: false });
});

void test('of() unfolds macros, and only where they are set', () => {
  assert.deepEqual(of('* binary', 'x'), { binary: true, diff: false, merge: false, text: false });
  assert.deepEqual(of('* -binary', 'x'), { binary: false });
  assert.deepEqual(of('[attr]big filter=lfs -text\n*.x big text', 'a.x'), {
    text: true,
    big: true,
    filter: 'lfs',
  });
  assert.deepEqual(of('[attr]a b\n[attr]b a c\n* a', 'x'), { a: true, b: true, c: true });
  assert.deepEqual(of('[attr]binary foo\n* binary', 'x'), { binary: true, foo: true });
  assert.deepEqual(of('[attr]-x foo\n[attr]\n* y', 'x'), { y: true });
});

void test('of() ignores what git ignores', () => {
  const lines = [
    '# *.a x',
    '   ',
    '!*.a x',
    '*.a $bad',
    '*.a x y/z',
    '*.a builtin_x',
    '"*.a" -',
    '*.a [ x',
    `*.a ${'x'.repeat(2048)}`,
  ];
  assert.deepEqual(of(lines.join('\n'), 'b.a'), {});
});

void test('of() reads tabs, carriage returns and a byte order mark', () => {
  assert.deepEqual(of('\ufeff\t*.a\tx\r\n*.b y\r\n', 'q.a'), { x: true });
  assert.deepEqual(of('\ufeff*.a x\r\n  *.b y\r\n', 'q.b'), { y: true });
});

void test('of() reads quoted patterns', () => {
  assert.deepEqual(of('"a b" x', 'a b'), { x: true });
  assert.deepEqual(of('"a\\tb\\"\\\\*"x', 'a\tb"*'), { x: true });
  assert.deepEqual(of('"caf\\303\\251" x', 'café'), { x: true });
  assert.deepEqual(of('"a\\q" x', '"aq"'), { x: true });
  assert.deepEqual(of('"open x', '"open'), { x: true });
  assert.deepEqual(of('"end\\', 'end'), {});
  assert.deepEqual(of('"" x', 'x'), {});
});

void test('of() sees prototype names as ordinary', () => {
  assert.deepEqual(
    [...parseAttributes('constructor\n__proto__ __proto__=1 constructor').of('__proto__')],
    [
      ['constructor', true],
      ['__proto__', '1'],
    ],
  );
  assert.equal(lfs('x toString=lfs', 'x'), false);
});

void test('Attributes reads no more than its limits and never half a line', () => {
  assert.equal(lfs(`${'#\n'.repeat(MAX_ATTRIBUTES_LINES - 1)}* filter=lfs`, 'x'), true);
  assert.equal(lfs(`${'#\n'.repeat(MAX_ATTRIBUTES_LINES)}* filter=lfs`, 'x'), false);
  const line = `${'#'.repeat(1023)}\n`;
  const text = line.repeat(MAX_ATTRIBUTES_BYTES / 1024 - 1);
  assert.equal(lfs(`${text}* filter=lfs #${'x'.repeat(1010)}`, 'x'), false, 'an invalid name');
  assert.equal(lfs(`${text}* filter=lfs${' '.repeat(1012)}`, 'x'), true);
  assert.equal(lfs(`${text}* filter=lfs${' '.repeat(1013)}`, 'x'), false);
});

void test('isLfs() stops counting when patterns are made to be slow', () => {
  const text = Array.from({ length: 400 }, (_, index) => `*${'a'.repeat(120)}${index}b filter=lfs`).join(
    '\n',
  );
  const start = process.cpuUsage();
  assert.throws(
    () => lfs(text, 'a'.repeat(255)),
    (error) => isFault(error, 'pattern.too-costly'),
  );
  assert.ok(process.cpuUsage(start).user < 500_000);
  assert.equal(lfs(text, '.gitattributes'), false, 'so that the file can still be repaired');
});

void test('isLfs() survives macros nested thousands deep', () => {
  const macros = Array.from({ length: 15_000 }, (_, index) => `[attr]m${index} m${index + 1}`).join('\n');
  assert.equal(parseAttributes(`${macros}\n* m0`).of('x').get('m15000'), true);
});

void test('isLfs() answers quickly with a line for each of many files', () => {
  const attributes = parseAttributes(
    Array.from({ length: 18_000 }, (_, index) => `/data/f${index}.x filter=lfs`).join('\n'),
  );
  const start = process.cpuUsage();
  for (let index = 0; index < 1000; index += 1)
    assert.equal(isLfs(`data/f${index * 18}.x`, attributes), true);
  assert.equal(isLfs('other/data/f1.x', attributes), false);
  assert.ok(process.cpuUsage(start).user < 200_000);
});
