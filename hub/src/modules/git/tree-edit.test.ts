// Changes to trees, compared with a plain map of paths, and trees made to be slow.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha1, type Sha1 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { parsePath } from './path.ts';
import { applyChanges, type Change, type EditedTree, type TreeReader } from './tree-edit.ts';
import { encodeTree, parseTree, type FileMode, type TreeEntry } from './tree-object.ts';

const oid = (text: string): Sha1 => sha1(text);
const put = (path: string, content = path, mode: FileMode = '100644'): Change => ({
  kind: 'put',
  path: parsePath(path),
  oid: oid(content),
  mode,
});
const remove = (path: string, what: 'file' | 'folder' | 'entry' = 'file'): Change => ({
  kind: 'delete',
  path: parsePath(path),
  what,
});

/** A store of trees in memory that counts how often it is read. */
class MemoryTrees implements TreeReader {
  readonly trees = new Map<Sha1, readonly TreeEntry[]>();
  readonly reads: Sha1[] = [];

  readTree(id: Sha1): Promise<readonly TreeEntry[]> {
    this.reads.push(id);
    const entries = this.trees.get(id);
    return entries === undefined ? Promise.reject(new Error('no such tree')) : Promise.resolve(entries);
  }

  async commit(root: Sha1 | null, ...changes: readonly Change[]): Promise<EditedTree> {
    const edited = await applyChanges(this, root, changes);
    for (const tree of edited.trees) this.trees.set(tree.oid, parseTree(tree.body));
    return edited;
  }

  /** Every file below a tree: path to object id and mode. */
  files(root: Sha1, prefix = ''): Record<string, string> {
    const found: Record<string, string> = {};
    for (const entry of this.trees.get(root) ?? []) {
      const path = prefix + entry.name;
      if (entry.mode === '40000') Object.assign(found, this.files(entry.oid, `${path}/`));
      else found[path] = `${entry.mode} ${entry.oid}`;
    }
    return found;
  }
}

const code = (name: string) => (error: unknown) => isFault(error, name);
const kinds = (edited: EditedTree): string[] =>
  edited.changed.map((change) => `${change.kind} ${change.path}`);

void test('applyChanges() builds a tree from nothing', async () => {
  const trees = new MemoryTrees();
  const edited = await trees.commit(null, put('b/c/d'), put('a', 'x', '100755'), put('b/e'));
  assert.deepEqual(trees.files(edited.root), {
    a: `100755 ${oid('x')}`,
    'b/c/d': `100644 ${oid('b/c/d')}`,
    'b/e': `100644 ${oid('b/e')}`,
  });
  assert.equal(edited.trees.length, 3);
  assert.deepEqual(kinds(edited), ['added a', 'added b/c/d', 'added b/e']);
  assert.deepEqual(trees.reads, []);
});

void test('applyChanges() of nothing to nothing is the empty tree', async () => {
  const edited = await new MemoryTrees().commit(null);
  assert.equal(edited.root, encodeTree([]).oid);
  assert.equal(edited.trees.length, 1);
});

void test('applyChanges() reads only folders on the way to a change', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a/x'), put('b/x'), put('c/d/x'), put('c/e/x'));
  trees.reads.length = 0;
  const edited = await trees.commit(root, put('c/d/y'));
  assert.equal(trees.reads.length, 3);
  assert.equal(edited.trees.length, 3);
  assert.deepEqual(kinds(edited), ['added c/d/y']);
});

void test('applyChanges() tells what a file was and is', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a', '1'), put('b', '2'), put('c', '3'), put('d', '4'));
  const { changed } = await trees.commit(
    root,
    put('a', 'new'),
    put('b', '2', '100755'),
    remove('c'),
    put('d', '4'),
  );
  assert.deepEqual(changed, [
    {
      kind: 'modified',
      path: 'a',
      before: { oid: oid('1'), mode: '100644' },
      after: { oid: oid('new'), mode: '100644' },
    },
    {
      kind: 'modified',
      path: 'b',
      before: { oid: oid('2'), mode: '100644' },
      after: { oid: oid('2'), mode: '100755' },
    },
    { kind: 'deleted', path: 'c', before: { oid: oid('3'), mode: '100644' } },
  ]);
});

void test('applyChanges() keeps the root when nothing changes', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a/b'), put('c'));
  const edited = await trees.commit(root, put('a/b'), put('c'));
  assert.deepEqual(
    { root: edited.root, trees: edited.trees, changed: edited.changed },
    { root, trees: [], changed: [] },
  );
});

void test('applyChanges() lets empty folders vanish', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a/b/c'), put('d'));
  const edited = await trees.commit(root, remove('a/b/c'));
  assert.deepEqual(Object.keys(trees.files(edited.root)), ['d']);
  const empty = await trees.commit(edited.root, remove('d'));
  assert.equal(empty.root, encodeTree([]).oid);
});

void test('applyChanges() deletes folders with everything in them', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a/b/c'), put('a/d'), put('e'), put('f/g'));
  const edited = await trees.commit(root, remove('a', 'folder'), remove('f', 'entry'), remove('e', 'entry'));
  assert.deepEqual(kinds(edited), ['deleted a/b/c', 'deleted a/d', 'deleted e', 'deleted f/g']);
  assert.equal(edited.root, encodeTree([]).oid);
});

void test('applyChanges() fills a folder that it has emptied, in either order', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a/x'), put('a/y'), put('a/z'));
  const edited = await trees.commit(root, remove('a', 'folder'), put('a/x'), put('a/y', 'new'), put('a/b/c'));
  assert.deepEqual(kinds(edited), ['added a/b/c', 'modified a/y', 'deleted a/z']);
  assert.deepEqual(Object.keys(trees.files(edited.root)), ['a/b/c', 'a/x', 'a/y']);
});

void test('applyChanges() accepts files deleted beside their folder, when they were there', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a/x'), put('a/y'), put('b'));
  for (const changes of [
    [remove('a/x'), remove('a', 'folder')],
    [remove('a', 'folder'), remove('a/x')],
  ]) {
    const edited = await trees.commit(root, ...changes);
    assert.deepEqual(kinds(edited), ['deleted a/x', 'deleted a/y']);
    assert.equal(edited.trees.length, 1);
  }
  await assert.rejects(trees.commit(root, remove('a', 'folder'), remove('a/n')), code('entry.missing'));
  await assert.rejects(trees.commit(root, remove('b'), remove('b/n')), code('entry.missing'));
});

void test('applyChanges() replaces a file by a folder and a folder by a file', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a'), put('b/c'), put('d/e'));
  const edited = await trees.commit(
    root,
    put('a/x'),
    remove('a'),
    put('b'),
    remove('b/c'),
    remove('d', 'folder'),
    put('d'),
  );
  assert.deepEqual(kinds(edited), [
    'deleted a',
    'added a/x',
    'added b',
    'deleted b/c',
    'added d',
    'deleted d/e',
  ]);
  assert.deepEqual(Object.keys(trees.files(edited.root)), ['a/x', 'b', 'd']);
});

void test('applyChanges() refuses a file where a folder is, and the reverse', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a'), put('b/c'));
  await assert.rejects(trees.commit(root, put('a/x')), code('entry.is-file'));
  await assert.rejects(trees.commit(root, put('b')), code('entry.is-folder'));
  await assert.rejects(trees.commit(root, remove('b')), code('entry.is-folder'));
  await assert.rejects(trees.commit(root, remove('a', 'folder')), code('entry.is-file'));
  await assert.rejects(trees.commit(null, put('x'), put('x/y')), code('entry.is-file'));
  await assert.rejects(trees.commit(null, put('x/y'), put('x')), code('entry.is-folder'));
});

void test('applyChanges() says of a file to delete that no file has this name', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a'), put('b/c'));
  for (const path of ['x', 'b/x', 'x/y/z', 'a/x', 'A']) {
    for (const what of ['file', 'folder', 'entry'] as const) {
      await assert.rejects(trees.commit(root, remove(path, what)), (error) => {
        assert.ok(isFault(error, 'entry.missing'));
        assert.equal(error.kind, 'missing');
        assert.match(error.message, /no file has this name/);
        assert.ok(error.message.includes(`"${path.startsWith('x') ? 'x' : path}`));
        return true;
      });
    }
  }
});

void test('applyChanges() refuses two changes of one path', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('a'), put('b/c'), put('b/d'));
  const pairs: readonly (readonly Change[])[] = [
    [put('a'), put('a', 'other')],
    [put('a'), remove('a')],
    [remove('a'), put('a')],
    [remove('a'), remove('a')],
    [remove('b', 'folder'), remove('b', 'folder')],
    [remove('b', 'entry'), put('b')],
    [put('b'), remove('b', 'entry')],
    [put('b/n'), remove('b', 'folder')],
    [put('b/n'), remove('b', 'entry')],
  ];
  for (const pair of pairs) await assert.rejects(trees.commit(root, ...pair), code('entry.twice'));
});

void test('applyChanges() keeps links and submodules, which are files to it', async () => {
  const trees = new MemoryTrees();
  const base = encodeTree([
    { mode: '160000', name: 'sub', oid: oid('s') },
    { mode: '120000', name: 'link', oid: oid('l') },
  ]);
  trees.trees.set(base.oid, parseTree(base.body));
  await assert.rejects(trees.commit(base.oid, put('sub/x')), code('entry.is-file'));
  const edited = await trees.commit(base.oid, put('x'), remove('sub'));
  assert.deepEqual(Object.keys(trees.files(edited.root)), ['link', 'x']);
});

void test('applyChanges() takes names of prototypes for names', async () => {
  const trees = new MemoryTrees();
  const { root } = await trees.commit(null, put('__proto__/constructor'), put('toString'));
  assert.deepEqual(
    trees.trees.get(root)?.map((entry) => entry.name),
    ['__proto__', 'toString'],
  );
});

void test('applyChanges() stops at folders that hold one another over and over', async () => {
  const trees = new MemoryTrees();
  let inner = encodeTree([{ mode: '100644', name: 'x', oid: oid('x') }]);
  trees.trees.set(inner.oid, parseTree(inner.body));
  for (let depth = 0; depth < 12; depth += 1) {
    const above = inner.oid;
    inner = encodeTree(
      Array.from({ length: 10 }, (_, index) => ({ mode: '40000' as const, name: `d${index}`, oid: above })),
    );
    trees.trees.set(inner.oid, parseTree(inner.body));
  }
  await assert.rejects(trees.commit(inner.oid, remove('d0', 'folder')), code('entry.too-many'));
});

void test('applyChanges() makes a thousand changes in a folder of a hundred thousand entries in little time', async () => {
  const trees = new MemoryTrees();
  const base = encodeTree(
    Array.from({ length: 100_000 }, (_, index) => ({
      mode: '100644' as const,
      name: `f${index}`,
      oid: oid('x'),
    })),
  );
  trees.trees.set(base.oid, parseTree(base.body));
  const start = process.cpuUsage();
  const edited = await applyChanges(
    trees,
    base.oid,
    Array.from({ length: 1000 }, (_, index) => put(`f${index * 7}`)),
  );
  assert.ok(process.cpuUsage(start).user < 2000_000);
  assert.equal(edited.changed.length, 1000);
});

void test('applyChanges() agrees with a plain map of paths', async () => {
  let state = 21;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const trees = new MemoryTrees();
  let root: Sha1 | null = null;
  let expected: Record<string, string> = {};
  let refused = 0;
  for (let round = 0; round < 1500; round += 1) {
    const paths = new Set(
      Array.from({ length: 1 + next(4) }, () =>
        Array.from({ length: 1 + next(3) }, () => 'abc'[next(3)]).join('/'),
      ),
    );
    const changes = [...paths].map((path) =>
      next(3) === 0 ? remove(path, 'entry') : put(path, String(next(5))),
    );
    const wanted = mapAfter(expected, changes);
    try {
      const edited: EditedTree = await trees.commit(root, ...changes);
      assert.deepEqual(trees.files(edited.root), wanted);
      root = edited.root;
      expected = wanted ?? {};
    } catch (error) {
      assert.ok(isFault(error), String(error));
      if (wanted !== undefined) assert.ok(isFault(error, 'entry.twice'), error.code);
      refused += 1;
    }
  }
  assert.ok(refused > 100 && refused < 1400);
});

/** The files after the changes, deletions first; `undefined` when they cannot be made. */
function mapAfter(
  files: Record<string, string>,
  changes: readonly Change[],
): Record<string, string> | undefined {
  const after = new Map(Object.entries(files));
  for (const change of changes) {
    if (change.kind === 'put') continue;
    const gone = Object.keys(files).filter(
      (path) => path === change.path || path.startsWith(`${change.path}/`),
    );
    if (gone.length === 0) return undefined;
    for (const path of gone) after.delete(path);
  }
  for (const change of changes)
    if (change.kind === 'put') after.set(change.path, `${change.mode} ${change.oid}`);
  const all = [...after.keys()];
  if (all.some((path) => all.some((other) => other.startsWith(`${path}/`)))) return undefined;
  return Object.fromEntries([...after].sort(([a], [b]) => (a < b ? -1 : 1)));
}
