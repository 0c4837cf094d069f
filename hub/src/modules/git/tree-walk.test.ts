// Walks through trees that are in memory.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha1 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { encodeTree, parseTree, type TreeEntry } from './tree-object.ts';
import { walkTree, type WalkOptions, type WalkReader } from './tree-walk.ts';

const BLOB = 'b'.repeat(40) as Sha1;

interface Folder {
  readonly [name: string]: Folder | null;
}

class Memory implements WalkReader {
  readonly trees = new Map<Sha1, readonly TreeEntry[]>();

  add(folder: Folder): Sha1 {
    const entries = Object.entries(folder).map(([name, below]): TreeEntry => {
      return below === null
        ? { mode: '100644', name, oid: BLOB }
        : { mode: '40000', name, oid: this.add(below) };
    });
    const { oid, body } = encodeTree(entries);
    this.trees.set(oid, parseTree(body));
    return oid;
  }

  readTree(oid: Sha1): Promise<readonly TreeEntry[]> {
    const entries = this.trees.get(oid);
    return entries === undefined ? Promise.reject(new Error('no such tree')) : Promise.resolve(entries);
  }

  readonly asked: (readonly Sha1[])[] = [];

  prefetchTrees(oids: readonly Sha1[]): Promise<void> {
    this.asked.push(oids);
    return Promise.resolve();
  }
}

const TREE: Folder = { a: { b: { c: null }, 'b.txt': null }, 'a.txt': null, 'a-': { x: null }, z: null };
const ORDER = ['a-', 'a-/x', 'a.txt', 'a', 'a/b.txt', 'a/b', 'a/b/c', 'z'];

async function walk(folder: Folder, options: Partial<WalkOptions>): Promise<string[]> {
  const memory = new Memory();
  const found = walkTree(memory, memory.add(folder), { prefix: '', recursive: true, ...options });
  return (await Array.fromAsync(found)).map(({ path }) => path);
}

void test("walkTree() gives git's order, folders before what they hold", async () => {
  assert.deepEqual(await walk(TREE, {}), ORDER);
  assert.deepEqual(await walk(TREE, { recursive: false }), ['a-', 'a.txt', 'a', 'z']);
});

void test('walkTree() goes on after any entry', async () => {
  for (const [index, after] of ORDER.entries())
    assert.deepEqual(await walk(TREE, { after }), ORDER.slice(index + 1), after);
});

void test('walkTree() puts the prefix before each path and expects it of the entry to go on after', async () => {
  assert.deepEqual(await walk(TREE, { prefix: 'in/side', after: 'in/side/a/b' }), [
    'in/side/a/b/c',
    'in/side/z',
  ]);
  await assert.rejects(walk(TREE, { prefix: 'in', after: 'a/b' }), (error) =>
    isFault(error, 'tree.cursor-invalid'),
  );
});

void test('walkTree() refuses to go on after what is not there', async () => {
  for (const after of ['no', 'a/no', 'a.txt/x', 'a/b/c/d', '', 'a/'])
    await assert.rejects(walk(TREE, { after }), (error) => isFault(error, 'tree.cursor-invalid'), after);
});

void test('walkTree() is not stopped by thousands of folders in one another', async () => {
  const memory = new Memory();
  let oid = memory.add({ leaf: null });
  for (let depth = 0; depth < 3000; depth += 1) {
    const folder = encodeTree([{ mode: '40000', name: 'd', oid }]);
    memory.trees.set(folder.oid, parseTree(folder.body));
    oid = folder.oid;
  }
  const found = await Array.fromAsync(walkTree(memory, oid, { prefix: '', recursive: true }));
  assert.equal(found.length, 3001);
});

void test('walkTree() asks ahead for twice as many folders each time, from where it is, and each once', async () => {
  const memory = new Memory();
  const names = Array.from({ length: 20 }, (_, n) => `f${String(n).padStart(2, '0')}`);
  const root = memory.add(Object.fromEntries(names.map((name) => [name, { [`${name}.txt`]: null }])));
  const oids = memory.trees.get(root)?.map(({ oid }) => oid) ?? [];
  await Array.fromAsync(walkTree(memory, root, { prefix: '', recursive: true }));
  assert.deepEqual(memory.asked, [oids.slice(1, 3), oids.slice(3, 7), oids.slice(7, 15), oids.slice(15)]);
  memory.asked.length = 0;
  const late = walkTree(memory, root, { prefix: '', recursive: true, after: 'f15/f15.txt' });
  await Array.fromAsync(late);
  assert.deepEqual(memory.asked, [oids.slice(16, 18), oids.slice(18)]);
});

void test('walkTree() that ends in its first folder asked for no other', async () => {
  const memory = new Memory();
  const root = memory.add({ a: { x: null }, b: { x: null, y: null }, c: { z: null } });
  for await (const { path } of walkTree(memory, root, { prefix: '', recursive: true }))
    if (path === 'a/x') break;
  assert.deepEqual(memory.asked, []);
});
