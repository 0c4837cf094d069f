// Asks the real git program whether it agrees with the encodings and rules of the git module.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import type { Sha1 } from '@holdfast/kernel/digest';
import { encodeCommit, encodeTag, parseCommit, parseTag } from '../../../src/modules/git/commit-object.ts';
import { parseAttributes } from '../../../src/modules/git/attributes.ts';
import { isIgnored, parseIgnore } from '../../../src/modules/git/ignore.ts';
import { addLfsPatterns, defaultAttributes } from '../../../src/modules/git/lfs-attributes.ts';
import { encodeBlobId, type EncodedObject } from '../../../src/modules/git/object.ts';
import { findPathFault } from '../../../src/modules/git/path.ts';
import { findRevision } from '../../../src/modules/git/ref.ts';
import { encodeTree, parseTree, type TreeEntry } from '../../../src/modules/git/tree-object.ts';

const ENV = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_AUTHOR_DATE: '1767323045 +0000',
  GIT_COMMITTER_NAME: 'Bob',
  GIT_COMMITTER_EMAIL: 'bob@example.org',
  GIT_COMMITTER_DATE: '1767323046 -0330',
};

/** A new repository of git that disappears with its scope. */
class RealGit implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-git-'));

  constructor() {
    this.run(['init', '--quiet', '--initial-branch=main']);
  }

  bytes(args: readonly string[], input: string | Buffer = ''): Buffer {
    return execFileSync('git', args, { cwd: this.folder, env: ENV, input, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  run(args: readonly string[], input: string | Buffer = ''): string {
    return this.bytes(args, input).toString().trimEnd();
  }

  store(object: EncodedObject): string {
    return this.run(['hash-object', '-t', object.kind, '-w', '--stdin'], object.body);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Numbers that look random and are the same in every run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NAMES = [
  'a',
  'a.b',
  'a-b',
  'a0',
  'ab',
  'A',
  'é',
  'e\u0301',
  '日本',
  '😀',
  '\uffee',
  ' ',
  'a b',
  '.x',
  '~',
  '%2e',
  "'",
  '"',
];

void test('encodeBlobId() gives the id of git hash-object', () => {
  using git = new RealGit();
  for (const content of [
    Buffer.alloc(0),
    Buffer.from('x\r\n'),
    Buffer.alloc(100_000, 7),
    Buffer.from([0, 255]),
  ]) {
    assert.equal(encodeBlobId(content), git.run(['hash-object', '--stdin'], content));
  }
});

void test('encodeTree() gives the id of git mktree, and parseTree() reads what git wrote', () => {
  using git = new RealGit();
  const blob = git.run(['hash-object', '-w', '--stdin'], 'x') as Sha1;
  const empty = git.run(['mktree'], '') as Sha1;
  const next = randomOf(4);
  for (let round = 0; round < 25; round += 1) {
    const names = new Set(
      Array.from({ length: 1 + next(12) }, () => `${NAMES[next(NAMES.length)]}${NAMES[next(NAMES.length)]}`),
    );
    const entries = [...names].map((name): TreeEntry => {
      const mode = (['100644', '100755', '120000', '40000'] as const)[next(4)] ?? '100644';
      return { name, mode, oid: mode === '40000' ? empty : blob };
    });
    const lines = entries.map(
      ({ mode, name, oid }) => `${mode} ${mode === '40000' ? 'tree' : 'blob'} ${oid}\t${name}\0`,
    );
    const oid = git.run(['mktree', '-z'], lines.join(''));
    const tree = encodeTree(entries);
    assert.equal(tree.oid, oid);
    assert.deepEqual(parseTree(git.bytes(['cat-file', 'tree', oid])), parseTree(tree.body));
    assert.equal(git.store(tree), oid);
  }
});

void test('encodeCommit() gives the id of git commit-tree', () => {
  using git = new RealGit();
  const tree = git.run(['mktree'], '') as Sha1;
  const author = { name: 'Ada', email: 'ada@example.org', at: new Date(1767323045_000), tz: '+0000' };
  const committer = { name: 'Bob', email: 'bob@example.org', at: new Date(1767323046_000), tz: '-0330' };
  const parents: Sha1[] = [];
  for (const message of ['Initial commit', 'Title\n\nBody with ünïcode\nand lines']) {
    const args = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])];
    const oid = git.run(args, `${message}\n`) as Sha1;
    const commit = encodeCommit({ tree, parents, author, committer, message });
    assert.equal(commit.oid, oid);
    assert.equal(parseCommit(git.bytes(['cat-file', 'commit', oid])).message, `${message}\n`);
    parents.unshift(oid);
    parents.length = 1;
  }
});

void test('encodeTag() gives the id of git tag', () => {
  using git = new RealGit();
  const tree = git.run(['mktree'], '');
  const commit = git.run(['commit-tree', tree], 'x\n') as Sha1;
  git.run(['tag', '-a', 'v1', '-m', 'Release', commit]);
  const oid = git.run(['rev-parse', 'v1']);
  const tagger = { name: 'Bob', email: 'bob@example.org', at: new Date(1767323046_000), tz: '-0330' };
  assert.equal(
    encodeTag({ object: commit, kind: 'commit', name: 'v1', tagger, message: 'Release' }).oid,
    oid,
  );
  assert.deepEqual(parseTag(git.bytes(['cat-file', 'tag', oid])).tagger, tagger);
});

void test('git fsck --strict finds nothing in objects made from hostile names and messages', () => {
  using git = new RealGit();
  const blob = git.run(['hash-object', '-w', '--stdin'], 'x') as Sha1;
  const tree = encodeTree(NAMES.map((name) => ({ name, mode: '100644', oid: blob })));
  git.store(tree);
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
    '\\',
    '\ud800',
    'é',
    '\u2028',
    '\nparent x',
    ';',
  ];
  const next = randomOf(9);
  const text = (): string => Array.from({ length: next(8) }, () => units[next(units.length)]).join('');
  for (let round = 0; round < 40; round += 1) {
    const signature = { name: text(), email: text(), at: new Date(next(4e9) * 1000), tz: '+0000' };
    const commit = encodeCommit({
      tree: tree.oid,
      parents: [],
      author: signature,
      committer: signature,
      message: text(),
    });
    assert.equal(git.store(commit), commit.oid);
    git.run(['update-ref', round === 0 ? 'refs/heads/main' : `refs/heads/b${round}`, commit.oid]);
    const tag = encodeTag({
      object: commit.oid,
      kind: 'commit',
      name: `t${round}`,
      tagger: signature,
      message: text(),
    });
    git.run(['update-ref', `refs/tags/t${round}`, git.store(tag)]);
  }
  const { status, stdout, stderr } = spawnSync('git', ['fsck', '--strict', '--no-progress'], {
    cwd: git.folder,
    env: ENV,
  });
  assert.equal(`${stdout}${stderr}`, '');
  assert.equal(status, 0);
});

void test('findRevision() accepts only names that git check-ref-format accepts', () => {
  using git = new RealGit();
  const units = [
    'a',
    'b',
    '/',
    '.',
    '..',
    '@',
    '{',
    '~',
    '^',
    ':',
    '?',
    '*',
    '[',
    '\\',
    ' ',
    '\u0001',
    '.lock',
    'é',
    '-',
    'HEAD',
  ];
  const next = randomOf(2);
  let accepted = 0;
  for (let round = 0; round < 1500; round += 1) {
    const name = Array.from({ length: 1 + next(4) }, () => units[next(units.length)]).join('');
    if (findRevision(name)?.kind !== 'name') continue;
    accepted += 1;
    git.run(['check-ref-format', '--branch', name]);
  }
  assert.ok(accepted > 40);
});

void test('findPathFault() refuses every path that git refuses to index', () => {
  using git = new RealGit();
  const blob = git.run(['hash-object', '-w', '--stdin'], 'x');
  const units = [
    'a',
    '.',
    '..',
    '/',
    '.git',
    'GIT',
    'git~1',
    ' ',
    ':',
    '\u200c',
    '.g',
    'it',
    '\\',
    '-',
    '~',
    '::$INDEX_ALLOCATION',
  ];
  const protect = ['-c', 'core.protectNTFS=true', '-c', 'core.protectHFS=true'];
  const next = randomOf(6);
  let refused = 0;
  for (let round = 0; round < 500; round += 1) {
    const path = Array.from({ length: 1 + next(4) }, () => units[next(units.length)]).join('');
    const args = [...protect, 'update-index', '--add', '--cacheinfo', `100644,${blob},${path}`];
    const { status } = spawnSync('git', args, { cwd: git.folder, env: ENV });
    rmSync(join(git.folder, '.git/index'), { force: true });
    if (status === 0) continue;
    refused += 1;
    assert.notEqual(findPathFault(path), undefined, JSON.stringify(path));
  }
  assert.ok(refused > 50);
});

const PATTERNS = [
  ...[
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
  ],
  ...[
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
  ],
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
