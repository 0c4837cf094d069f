// Asks the real git program what the patterns of `.gitattributes` and `.gitignore` match.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { AttributeTree } from '../../../src/modules/git/attribute-tree.ts';
import { parseAttributes } from '../../../src/modules/git/attributes.ts';
import { isIgnored, parseIgnore } from '../../../src/modules/git/ignore.ts';
import { addLfsPatterns, defaultAttributes } from '../../../src/modules/git/lfs-attributes.ts';
import { ENV, randomOf, RealGit } from './real-git.ts';

const PATTERNS = [
  'a',
  '*',
  '*.b',
  '/a',
  'a/',
  '/a/b',
  'a/*',
  'a/**',
  '**/b',
  'a/**/b',
  '**',
  '?',
  '[ab]',
  '[!a]b',
  '[^a]*',
  '[[:alpha:]]',
  '\\a',
  'a\\',
  '[a',
  '*a*b',
  'a**b',
  '**a',
  'é',
  '??',
  '[a-z]',
  '[]a]',
  'a?b',
  '!a',
  '#a',
  '\\#a',
  'a\\ b',
  '"a b"',
  '[attr]m',
  'a[/]b',
];
const PATHS = [
  'a',
  'b',
  'ab',
  'a/b',
  'b/a',
  'a/b/a',
  'a/b/ab',
  'x.b',
  'a/x.b',
  'é',
  'é/a',
  '#a',
  'a b',
  'b/a b',
  '!a',
  '[',
  ']',
  'a\\',
];

void test('parseAttributes() agrees with git check-attr', () => {
  using git = new RealGit();
  const next = randomOf(8);
  const states = [
    'filter=lfs',
    '-filter',
    '!filter',
    'filter',
    'm',
    '-m',
    'binary',
    'text',
    '-text',
    'bad!name',
    'filter=lfs  text',
  ];
  for (let round = 0; round < 120; round += 1) {
    const line = (): string =>
      `${PATTERNS[next(PATTERNS.length)]} ${states[next(states.length)]} ${states[next(states.length)]}`;
    const text = Array.from({ length: 1 + next(6) }, line).join(next(4) === 0 ? '\r\n' : '\n');
    git.write('.gitattributes', text);
    const out = git.run(
      ['check-attr', '-z', '--stdin', 'filter', 'text', 'm', 'diff'],
      PATHS.map((path) => `${path}\0`).join(''),
    );
    const fields = out.split('\0');
    const attributes = parseAttributes(text);
    for (let at = 0; at + 2 < fields.length; at += 3) {
      const [path = '', name = '', value] = fields.slice(at, at + 3);
      assert.equal(present(attributes.of(path).get(name)), value, JSON.stringify({ text, path, name }));
    }
  }
});

void test('AttributeTree agrees with git check-attr where folders have rules of their own', () => {
  using git = new RealGit();
  const next = randomOf(9);
  const states = ['filter=lfs', '-filter', '!filter', 'm', '-m', 'binary', '-text', '!diff'];
  const paths = [...PATHS, 'a/b/c/a', 'a/b/c/x.b', 'b/b/a', 'b/a/b'];
  for (let round = 0; round < 120; round += 1) {
    const line = (): string => `${PATTERNS[next(PATTERNS.length)]} ${states[next(states.length)]}`;
    const text = (): string => Array.from({ length: next(5) }, line).join('\n');
    const [root, ...below] = ['', 'a', 'a/b', 'b'].map((folder) => ({ folder, text: text() }));
    const tree = new AttributeTree(root?.text ?? '');
    git.write('.gitattributes', root?.text ?? '');
    for (const file of below) {
      git.write(`${file.folder}/.gitattributes`, file.text);
      tree.add(file.folder, file.text);
    }
    const out = git.run(
      ['check-attr', '-z', '--stdin', 'filter', 'text', 'm', 'diff'],
      paths.map((path) => `${path}\0`).join(''),
    );
    const fields = out.split('\0');
    for (let at = 0; at + 2 < fields.length; at += 3) {
      const [path = '', name = '', value] = fields.slice(at, at + 3);
      assert.equal(present(tree.of(path).get(name)), value, JSON.stringify({ root, below, path, name }));
    }
  }
});

function present(value: boolean | string | undefined): string {
  if (value === undefined) return 'unspecified';
  return typeof value === 'string' ? value : value ? 'set' : 'unset';
}

void test('addLfsPatterns() writes lines that git reads the same way', () => {
  using git = new RealGit();
  const paths = ['a b', '#x', '!x', '"q"', 'a*b', 'a?b', 'a[b]c', 'dir/é 日.dat', '[attr]x', '*', "it's"];
  git.write('.gitattributes', addLfsPatterns('', paths));
  const others = ['aXb', 'x', 'z/a b', 'dir/x'];
  const out = git.run(
    ['check-attr', '-z', '--stdin', 'filter'],
    [...paths, ...others].map((path) => `${path}\0`).join(''),
  );
  const values = out.split('\0').filter((_, index) => index % 3 === 2);
  assert.deepEqual(values, [...paths.map(() => 'lfs'), ...others.map(() => 'unspecified')]);
  git.write('.gitattributes', defaultAttributes('dataset'));
  assert.match(git.run(['check-attr', 'filter', 'a/b.safetensors']), /lfs$/);
});

void test('isIgnored() agrees with git check-ignore', () => {
  using git = new RealGit();
  const next = randomOf(12);
  for (let round = 0; round < 150; round += 1) {
    const line = (): string =>
      `${next(3) === 0 ? '!' : ''}${PATTERNS[next(PATTERNS.length)]}${next(6) === 0 ? '  ' : ''}`;
    const text = Array.from({ length: 1 + next(6) }, line).join(next(4) === 0 ? '\r\n' : '\n');
    git.write('.gitignore', text);
    const input = PATHS.map((path) => `${path}\0`).join('');
    const { stdout } = spawnSync('git', ['check-ignore', '-z', '--stdin', '--no-index'], {
      cwd: git.folder,
      env: ENV,
      input,
    });
    const expected = stdout
      .toString()
      .split('\0')
      .filter((path) => path !== '');
    const rules = parseIgnore(text);
    assert.deepEqual(
      PATHS.filter((path) => isIgnored(path, rules)),
      expected,
      JSON.stringify(text),
    );
  }
});
