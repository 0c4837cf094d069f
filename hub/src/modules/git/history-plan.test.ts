// Which commits a rewriting makes anew.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha1, type Sha1 } from '@holdfast/kernel/digest';
import { planHistory, type CommitNode } from './history-plan.ts';

/** Commits by their names, each with its parents; the tree of one whose name ends in `!` is touched. */
function history(graph: Readonly<Record<string, readonly string[]>>): CommitNode[] {
  return Object.entries(graph).map(([name, parents]) => ({
    oid: sha1(name),
    tree: sha1(`tree ${name}`),
    parents: parents.map((parent) => sha1(parent)),
  }));
}

function plan(graph: Readonly<Record<string, readonly string[]>>, ...heads: string[]) {
  const names = new Map(Object.keys(graph).map((name): [Sha1, string] => [sha1(name), name]));
  const touched = new Set(
    Object.keys(graph)
      .filter((name) => name.endsWith('!'))
      .map((name) => sha1(`tree ${name}`)),
  );
  const { rebuild, erase } = planHistory(
    history(graph),
    heads.map((head) => sha1(head)),
    (tree) => touched.has(tree),
  );
  return {
    rebuild: rebuild.map(({ oid }) => names.get(oid) ?? ''),
    erase: erase.map((oid) => names.get(oid) ?? '').toSorted(),
  };
}

void test('planHistory() keeps what came before the first change', () => {
  const line = { d: ['c'], 'b!': ['a'], c: ['b!'], a: [] };
  assert.deepEqual(plan(line, 'd'), { rebuild: ['b!', 'c', 'd'], erase: ['b!', 'c', 'd'] });
  assert.deepEqual(plan({ a: [], b: ['a'] }, 'b'), { rebuild: [], erase: [] });
});

void test('planHistory() rebuilds a merge behind both of its parents, and leaves a side that does not change', () => {
  const merge = { m: ['main', 'side!'], main: ['a'], 'side!': ['a'], a: [], other: ['a'] };
  const { rebuild, erase } = plan(merge, 'm', 'other');
  assert.deepEqual(rebuild, ['side!', 'm']);
  assert.deepEqual(erase, ['m', 'side!']);
});

void test('planHistory() erases what changes and no ref reaches, and leaves the rest of it', () => {
  const lost = { a: [], 'lost!': ['a'], later: ['lost!'], kept: ['a'] };
  assert.deepEqual(plan(lost, 'a'), { rebuild: [], erase: ['later', 'lost!'] });
});

void test('planHistory() goes through a history that is longer than a stack is deep', () => {
  const line: Record<string, string[]> = { 'c0!': [] };
  for (let n = 1; n < 20_000; n += 1) line[`c${n}`] = [n === 1 ? 'c0!' : `c${n - 1}`];
  assert.equal(plan(Object.fromEntries(Object.entries(line).toReversed()), 'c19999').rebuild.length, 20_000);
});
