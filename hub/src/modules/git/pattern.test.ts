// Path patterns: the meaning git gives them, and a bound on their cost.
import assert from 'node:assert/strict';
import test from 'node:test';
import { compilePattern, matchesPattern, Steps, toBytes } from './pattern.ts';

const matches = (pattern: string, path: string, folder = false): boolean => {
  const compiled = compilePattern(toBytes(pattern));
  if (compiled === undefined) return false;
  return matchesPattern(compiled, { names: toBytes(path).split('/'), folder }, new Steps(1e6, 'x'));
};
const yes = (pattern: string, ...paths: readonly string[]): void => {
  for (const path of paths) assert.equal(matches(pattern, path), true, `${pattern} ${path}`);
};
const no = (pattern: string, ...paths: readonly string[]): void => {
  for (const path of paths) assert.equal(matches(pattern, path), false, `${pattern} ${path}`);
};

void test('matchesPattern() compares a pattern without slash with the last name', () => {
  yes('*.bin', 'a.bin', 'x/y/a.bin', '.bin');
  no('*.bin', 'a.bin/x', 'a.bin2', 'abin');
  yes('*tfevents*', 'a.tfevents.1', 'tfevents');
  yes('*.lfs.*', 'a.lfs.b', 'x/.lfs.');
  yes('a', 'a', 'b/a');
});

void test('matchesPattern() ties a pattern with slash to the root', () => {
  yes('/a', 'a');
  no('/a', 'b/a');
  yes('a/*.c', 'a/x.c');
  no('a/*.c', 'a/b/x.c', 'b/a/x.c');
});

void test('matchesPattern() gives ** any depth, and one name at least at the end', () => {
  yes('**/a', 'a', 'x/a', 'x/y/a');
  yes('a/**', 'a/b', 'a/b/c');
  no('a/**', 'a', 'b/a/c');
  yes('a/**/b', 'a/b', 'a/x/b', 'a/x/y/b', 'a/b/b');
  no('a/**/b', 'ab', 'a/x', 'x/a/b');
  yes('saved_model/**/*', 'saved_model/x', 'saved_model/a/b/c');
  no('saved_model/**/*', 'saved_model', 'x/saved_model/a');
  yes('**', 'a', 'a/b');
  yes('a/**/**/b', 'a/b', 'a/x/b');
  yes('**/**', 'a');
  yes('***/a', 'x/y/a');
  yes('a**b', 'axxb', 'x/ab');
  yes('x/a**/b', 'x/ayy/b');
  no('x/a**/b', 'x/a/y/b');
  yes('**/x/**/y', 'a/x/b/x/c/y');
});

void test('matchesPattern() counts bytes, as git does', () => {
  yes('?', 'a');
  no('?', 'é', '/');
  yes('??', 'é');
  yes('*é', 'caf\u00e9');
});

void test('matchesPattern() reads sets as git does', () => {
  yes('[abc]', 'a', 'c');
  no('[abc]', 'd', 'ab');
  yes('[!a]', 'b');
  yes('[^a]', 'b');
  no('[!a]', 'a');
  yes('[a-c]x', 'bx');
  no('[c-a]', 'a', 'b');
  yes('[c-a]', 'c');
  yes('[]a]', ']', 'a');
  yes('[!]a]', 'b');
  no('[!]a]', ']');
  yes('[a-]', '-', 'a');
  yes('[-a]', '-');
  yes('[a-b-d]', 'b', '-', 'd');
  no('[a-b-d]', 'c');
  yes('[\\]]', ']');
  yes('[\\-a]', '-');
  yes('[a-\\d]', 'c');
  yes('[[:alpha:]_]', 'x', '_');
  no('[[:alpha:]]', '1', 'é');
  yes('[[:space:]]', ' ');
  yes('[[:digit:]-z]', '-', 'z', '5');
  yes('[[:x]', ':', '[');
  no('[[:]', 'x');
  yes('[[:]', ':', '[');
  yes('[[:]x]', '[x]', ':x]');
  for (const [name, byte] of Object.entries({
    alnum: '7',
    blank: ' ',
    cntrl: '\u0001',
    graph: '!',
    lower: 'a',
    print: ' ',
    punct: '~',
    upper: 'Z',
    xdigit: 'F',
  })) {
    yes(`[[:${name}:]]`, byte);
  }
});

void test('matchesPattern() never lets a set match a slash', () => {
  no('a[/]b', 'a/b');
  no('a[!x]b', 'a/b');
  no('a[.-0]b', 'a/b');
});

void test('compilePattern() finds malformed what git never matches', () => {
  for (const pattern of [
    '[',
    'a[b',
    '[a-',
    '[\\',
    '[a-\\',
    '[[:alpha:',
    '[[:nope:]]',
    '[[:__proto__:]]',
    '[[:constructor:]]',
    'a\\',
    '[!',
    '[]',
  ]) {
    assert.equal(compilePattern(pattern), undefined, pattern);
  }
});

void test('matchesPattern() takes an escaped character as it is', () => {
  yes('\\*', '*');
  no('\\*', 'a');
  yes('a\\[b', 'a[b');
  yes('\\#x', '#x');
});

void test('matchesPattern() keeps a pattern with a slash at its end for folders', () => {
  assert.equal(matches('a/', 'a', true), true);
  assert.equal(matches('a/', 'a', false), false);
  assert.equal(matches('a/', 'x/a', true), true);
  assert.equal(matches('/a/', 'x/a', true), false);
  for (const pattern of ['', '/', '//']) no(pattern, 'a', 'a/b');
});

void test('compilePattern() knows which patterns can be looked up', () => {
  assert.equal(compilePattern('/a/b')?.literal, 'a/b');
  assert.equal(compilePattern('a\\*')?.literal, 'a*');
  for (const pattern of ['a?', '*', '**/a', 'a[b]'])
    assert.equal(compilePattern(pattern)?.literal, undefined);
});

void test('matchesPattern() costs no more than the product of the lengths', () => {
  const cases = [
    ['*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b', 'a'.repeat(255)],
    ['**/a/**/a/**/a/**/a/**/a/**/b', 'a/'.repeat(500) + 'a'],
    [`${'*a'.repeat(120)}b`, 'a'.repeat(255)],
    [`**/${'a*/'.repeat(100)}b`, 'aaa/'.repeat(500) + 'c'],
  ] as const;
  for (const [pattern, path] of cases) {
    const start = process.cpuUsage();
    no(pattern, path);
    assert.ok(process.cpuUsage(start).user < 100_000, pattern);
  }
});

void test('matchesPattern() agrees with a slow and simple reading of the same rules', () => {
  const parts = ['a', 'b', '*', '?', '/', '**', '[ab]', '[!a]', '**/', '/**'];
  let state = 11;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let hits = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const pattern = Array.from({ length: 1 + next(6) }, () => parts[next(parts.length)]).join('');
    const path = Array.from({ length: 1 + next(4) }, () => ['a', 'b', 'ab', 'ba', 'aab'][next(5)]).join('/');
    const compiled = compilePattern(pattern);
    if (compiled === undefined || pattern.endsWith('/')) continue;
    const expected = slowRegExp(pattern).test(compiled.anywhere ? String(path.split('/').at(-1)) : path);
    assert.equal(matches(pattern, path), expected, `${pattern} ${path}`);
    if (expected) hits += 1;
  }
  assert.ok(hits > 1000);
});

/** Translates a pattern name by name; exponential for hostile patterns, and obviously right. */
function slowRegExp(pattern: string): RegExp {
  const names = pattern.replace(/^\//, '').split('/');
  const source = names.map((name, index) => {
    const last = index === names.length - 1;
    if (/^\*{2,}$/.test(name)) return last ? '[^/]+(/[^/]+)*' : '([^/]+/)*';
    const text = name.replace(/\*+/g, '[^/]*').replaceAll('?', '[^/]').replaceAll('[!a]', '[^a/]');
    return last ? text : `${text}/`;
  });
  return new RegExp(`^${source.join('')}$`);
}
