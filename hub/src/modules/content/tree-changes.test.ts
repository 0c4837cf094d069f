// Which files differ between two trees.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type TreeEntry } from '#modules/git';
import { listTreeChanges } from './tree-changes.ts';

const id = (letter: string): Sha1 => letter.repeat(40) as Sha1;
const file = (name: string, letter: string): TreeEntry => ({ mode: '100644', name, oid: id(letter) });
const folder = (name: string, letter: string): TreeEntry => ({ mode: '40000', name, oid: id(letter) });

const TREES: Readonly<Record<string, readonly TreeEntry[]>> = {
  [id('1')]: [file('a', 'a'), folder('d', '3'), folder('same', '5'), file('z', 'b')],
  [id('2')]: [file('a', 'c'), folder('d', '4'), file('new', 'd'), folder('same', '5')],
  [id('3')]: [file('x', 'a'), file('y', 'a')],
  [id('4')]: [file('x', 'a'), file('y', 'b')],
};

async function readTree(oid: Sha1): Promise<readonly TreeEntry[]> {
  const tree = TREES[oid];
  if (tree === undefined) throw new Error(`the folder ${oid} is not to be read`);
  return await Promise.resolve(tree);
}

const BOUNDS = { folders: 10, changes: 10 };

void test('listTreeChanges() finds what is new, other and gone, and reads no folder that is the same', async () => {
  const { changes, more } = await listTreeChanges(readTree, { before: id('1'), after: id('2') }, BOUNDS);
  assert.equal(more, false);
  assert.deepEqual(changes, [
    { path: 'a', before: id('a'), after: id('c') },
    { path: 'd/y', before: id('a'), after: id('b') },
    { path: 'new', before: undefined, after: id('d') },
    { path: 'z', before: id('b'), after: undefined },
  ]);
});

void test('listTreeChanges() takes a first commit as all new', async () => {
  const { changes } = await listTreeChanges(readTree, { before: undefined, after: id('3') }, BOUNDS);
  assert.deepEqual(
    changes.map(({ path, before }) => [path, before]),
    [
      ['x', undefined],
      ['y', undefined],
    ],
  );
});

void test('listTreeChanges() stops at its bounds, and says so', async () => {
  const few = await listTreeChanges(readTree, { before: id('1'), after: id('2') }, { ...BOUNDS, changes: 2 });
  assert.deepEqual([few.changes.length, few.more], [2, true]);
  const shallow = await listTreeChanges(
    readTree,
    { before: id('1'), after: id('2') },
    { ...BOUNDS, folders: 1 },
  );
  assert.equal(shallow.more, true);
});
