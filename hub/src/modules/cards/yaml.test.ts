// YAML from strangers: what it means, and what it costs when it is made to cost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MAX_DEPTH, MAX_YAML_LENGTH, parseYaml } from './yaml.ts';
import { MAX_ALIASES } from './yaml-value.ts';

const value = (text: string): unknown => {
  const result = parseYaml(text);
  assert.equal(result.error, undefined, `${text.slice(0, 80)}: ${result.error}`);
  return result.value;
};
const error = (text: string): string => {
  const result = parseYaml(text);
  assert.notEqual(result.error, undefined, text.slice(0, 80));
  return String(result.error);
};

void test('parseYaml() reads the core schema of YAML 1.2', () => {
  assert.deepEqual(value('a: 1\nb: [x, 1.5, true, null, ~]\nc:\n- d: no\n  e: 2024-01-02\nf: 0x10\n'), {
    a: 1,
    b: ['x', 1.5, true, null, null],
    c: [{ d: 'no', e: '2024-01-02' }],
    f: 16,
  });
  assert.equal(value(''), null);
  assert.equal(value('# nothing\n'), null);
  assert.deepEqual(value('a: >\n  b\n  c\nd: |\n  e\nf: "\\u00e9"\n'), { a: 'b c\n', d: 'e\n', f: 'é' });
  assert.deepEqual(value('? a\n? b\n: 1\n{c: d}: 2'.split('\n').slice(0, 3).join('\n')), { a: null, b: 1 });
  assert.deepEqual(value('a: !!str 1\nb: !!int "2"\n'), { a: '1', b: 2 });
  assert.deepEqual(value('a: 1\r\nb: 2\r\n'), { a: 1, b: 2 });
});

void test('parseYaml() keeps keys as text, also those of prototypes', () => {
  const read = value('1: a\ntrue: b\nnull: c\nconstructor: d\nprototype: e\ntoString: f\n<<: g\n') as object;
  assert.deepEqual(Object.entries(read), [
    ['1', 'a'],
    ['true', 'b'],
    ['null', 'c'],
    ['constructor', 'd'],
    ['prototype', 'e'],
    ['toString', 'f'],
    ['<<', 'g'],
  ]);
});

void test('parseYaml() refuses the one key that changes what an object inherits', () => {
  for (const text of [
    '__proto__: 1',
    'a: {__proto__: {b: c}}',
    '"__proto__": 1',
    'a: &x __proto__\n? *x\n: 1',
  ]) {
    assert.match(error(text), /__proto__/);
  }
  assert.equal(({} as Record<string, unknown>)['b'], undefined);
});

void test('parseYaml() gives numbers JSON can hold', () => {
  assert.deepEqual(value('[.inf, -.inf, .nan, 1e400, 1e308, 18446744073709551616]'), [
    '.inf',
    '-.inf',
    '.nan',
    '1e400',
    1e308,
    2 ** 64,
  ]);
  assert.equal(typeof value(`a: ${'9'.repeat(100_000)}`), 'object');
});

void test('parseYaml() gives text PostgreSQL can hold', () => {
  assert.deepEqual(value('["a\\0b", "\\ud800", "\\ud83d\\ude00"]'), ['a\ufffdb', '\ufffd', '😀']);
  assert.deepEqual(value('"k\\0": 1'), { 'k\ufffd': 1 });
});

void test('parseYaml() refuses a key that is there twice', () => {
  assert.match(error('a: 1\nb: 2\na: 3\n'), /"a" is there twice/);
  assert.match(error('{"1": a, 1: b}'), /twice/);
});

void test('parseYaml() refuses keys that are no text, unknown tags and more than one document', () => {
  assert.match(error('? [a]\n: b\n'), /cannot be a key/);
  assert.match(error('? {a: b}\n: b\n'), /cannot be a key/);
  for (const text of [
    '!custom a',
    'a: !!js/function "x"',
    'a: !!python/object/apply:os.system [x]',
    '!!binary aGk=',
    '!!set {a}',
  ]) {
    assert.match(error(text), /tag/i, text);
  }
  assert.match(error('a: 1\n--- \nb: 2\n'), /not one YAML document/);
  assert.match(error('a: 1\n...\nb: 2\n'), /not one YAML document/);
  assert.match(error('...\na: 1\n'), /not one YAML document/);
});

void test('parseYaml() says on which line a mistake is', () => {
  assert.deepEqual(parseYaml('a: 1\nb: [\n'), { error: parseYaml('a: 1\nb: [\n').error, line: 3 });
  const lines = Object.entries({
    'a: 1\nb: "\\q"\n': 2,
    'a: 1\n\n\ta: 2': 3,
    'a: 1\na: 1': 2,
    'x\n: : :': 2,
    '%BAD x\n---\na': 1,
  });
  for (const [text, line] of lines) assert.equal((parseYaml(text) as { line: number }).line, line, text);
});

void test('parseYaml() follows aliases', () => {
  assert.deepEqual(value('a: &x [1, 2]\nb: *x\nc: {d: *x}\n'), { a: [1, 2], b: [1, 2], c: { d: [1, 2] } });
  assert.deepEqual(value('a: &x 1\nb: &x 2\nc: *x\n'), { a: 1, b: 2, c: 2 });
  assert.deepEqual(value('a: &x k\n*x : 1\n'), { a: 'k', k: 1 });
});

void test('parseYaml() refuses aliases of nothing and of themselves', () => {
  assert.match(error('a: *x\n'), /alias/i);
  assert.match(error('&x [*x]\n'), /alias/i);
  assert.match(error('&x {a: {b: *x}}\n'), /alias/i);
});

void test('parseYaml() does not unfold a billion values', () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(', ')}]`,
  );
  assert.match(error(`l0: &l0 [lol]\n${levels.join('\n')}\n`), /unfold/);
  assert.match(error(`a: &a "${'x'.repeat(100_000)}"\nb: [${Array(30).fill('*a').join(', ')}]\n`), /unfold/);
  assert.match(error(`a: &a x\nb:\n${'- *a\n'.repeat(MAX_ALIASES + 1)}`), /too many aliases/);
  assert.deepEqual(
    (value(`a: &a x\nb:\n${'- *a\n'.repeat(MAX_ALIASES)}`) as { b: string[] }).b.length,
    MAX_ALIASES,
  );
});

void test('parseYaml() counts depth through aliases as well', () => {
  const chain = Array.from(
    { length: MAX_DEPTH + 5 },
    (_, level) => `a${level}: &a${level} [${level === 0 ? 'x' : `*a${level - 1}`}]`,
  );
  assert.match(error(chain.join('\n')), /too deeply/);
  const below = `a: &a ${'['.repeat(20)}${']'.repeat(20)}\nb: ${'['.repeat(20)}*a${']'.repeat(20)}`;
  assert.match(error(below), /too deeply/);
});

void test('parseYaml() takes its full depth and nothing deeper', () => {
  const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  assert.notEqual(value(deep(MAX_DEPTH)), undefined);
  assert.match(error(deep(MAX_DEPTH + 1)), /too deeply/);
  assert.match(error(deep(100_000)), /too deeply/);
  assert.match(error('- '.repeat(MAX_DEPTH + 1)), /too deeply/);
  assert.match(error('{a: '.repeat(10_000)), /too deeply/);
});

void test('parseYaml() refuses what is too long', () => {
  assert.match(error(`# ${'x'.repeat(MAX_YAML_LENGTH)}`), /512 KiB/);
});

void test('parseYaml() stops early in half a megabyte made to be slow', () => {
  for (const unit of ['[],', ': : :\n']) {
    const start = process.cpuUsage();
    parseYaml(`[${unit.repeat(MAX_YAML_LENGTH / 8)}`.slice(0, MAX_YAML_LENGTH));
    assert.ok(process.cpuUsage(start).user < 1500_000, unit);
  }
});

void test('parseYaml() answers anything made of the characters that mean something', () => {
  const units = [
    'a',
    'b',
    ' ',
    '  ',
    '\n',
    '\n- ',
    '\n  ',
    ': ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '&x ',
    '*x',
    '!',
    '!!str ',
    '|',
    '>',
    '"',
    "'",
  ];
  const more = [
    '#',
    ' #',
    '%',
    '@',
    '---',
    '...',
    '\t',
    '\r\n',
    '\\',
    '1',
    '.5',
    '~',
    'true',
    '<<: ',
    '\ufeff',
    '\0',
    '__proto__',
    '\ud800',
  ];
  const all = [...units, ...more];
  let state = 17;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let read = 0;
  for (let round = 0; round < 4000; round += 1) {
    const result = parseYaml(Array.from({ length: 1 + next(14) }, () => all[next(all.length)]).join(''));
    if (result.error !== undefined) continue;
    read += 1;
    const text = JSON.stringify(result.value);
    assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(JSON.parse(text))));
    assert.ok(text.isWellFormed() && !text.includes('\\u0000'));
  }
  assert.ok(read > 200);
});
