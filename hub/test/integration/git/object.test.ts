// Asks the real git program for the ids of objects, and whether it finds fault with ours.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import type { Sha1 } from '@holdfast/kernel/digest';
import { encodeCommit, encodeTag, parseCommit, parseTag } from '../../../src/modules/git/commit-object.ts';
import { encodeBlobId } from '../../../src/modules/git/object.ts';
import { encodeTree, parseTree, type TreeEntry } from '../../../src/modules/git/tree-object.ts';
import { ENV, randomOf, RealGit } from './real-git.ts';

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
  assert.equal(stdout.toString() + stderr.toString(), '');
  assert.equal(status, 0);
});
