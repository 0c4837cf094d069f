// Files taken out of folders, compared with plain maps of paths, and folders made to be slow.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha1, type Sha1 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { FolderGraph } from './folder-graph.ts';
import { LostChanges, prunedEntries, type Pruning } from './pruning.ts';
import { encodeTree, type TreeEntry } from './tree-object.ts';

/** Content by path. */
type Files = Readonly<Record<string, string>>;

const DOOMED = new Set([sha1('bad'), sha1('worse')]);
const isBad = (content: string): boolean => DOOMED.has(sha1(content));

class Memory {
  readonly trees = new Map<Sha1, readonly TreeEntry[]>();

  add(files: Files): Sha1 {
    const names = new Set(Object.keys(files).map((path) => path.split('/')[0] ?? ''));
    return this.keep(
      [...names].map((name) => {
        const content = files[name];
        return content === undefined
          ? { mode: '40000', name, oid: this.add(within(files, name)) }
          : { mode: '100644', name, oid: sha1(content) };
      }),
    );
  }

  keep(entries: readonly TreeEntry[]): Sha1 {
    const { oid } = encodeTree(entries);
    this.trees.set(oid, entries);
    return oid;
  }

  readTree(oid: Sha1): Promise<readonly TreeEntry[]> {
    return Promise.resolve(this.entriesOf(oid));
  }

  entriesOf(oid: Sha1): readonly TreeEntry[] {
    const entries = this.trees.get(oid);
    if (entries === undefined) throw new Error('no such tree');
    return entries;
  }

  /** Rebuilds all folders below these. */
  prune(roots: readonly Sha1[]): Pruning {
    const graph = new FolderGraph(DOOMED);
    for (let level = graph.meet(roots); level.length > 0;)
      level = level.flatMap((oid) => graph.note(oid, this.entriesOf(oid)));
    const rebuilt = new Map<Sha1, Sha1 | null>();
    for (const group of graph.groups())
      for (const folder of group) {
        assert.ok(!rebuilt.has(folder), 'each folder is rebuilt once');
        const entries = prunedEntries(this.entriesOf(folder), { doomed: DOOMED, rebuilt });
        rebuilt.set(folder, entries.length === 0 ? null : this.keep(entries));
      }
    return { doomed: DOOMED, rebuilt };
  }
}

/** What a folder holds, by paths from it. */
function within(files: Files, folder: string): Files {
  const prefix = `${folder}/`;
  const inside = Object.entries(files).filter(([path]) => path.startsWith(prefix));
  return Object.fromEntries(inside.map(([path, content]) => [path.slice(prefix.length), content]));
}

function withoutBad(files: Files): Files {
  return Object.fromEntries(Object.entries(files).filter(([, content]) => !isBad(content)));
}

/** Paths of files and folders that differ. */
function changedPaths(before: Files, after: Files): Set<string> {
  const changed = new Set<string>();
  for (const path of Object.keys({ ...before, ...after }))
    if (before[path] !== after[path])
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
        changed.add(path.slice(0, end));
  return changed;
}

/** Folders and files of no meaning, the same for the same seed. */
function randomFiles(next: () => number): Files {
  const files: Record<string, string> = {};
  const contents = ['bad', 'worse', 'one', 'two', 'three'];
  for (let n = next() % 7; n > 0; n -= 1) {
    const depth = 1 + (next() % 3);
    const path = Array.from({ length: depth }, (_none, at) => `${'fgh'[at] ?? ''}${next() % 2}`).join('/');
    files[`${path}.x`] = contents[next() % contents.length] ?? '';
  }
  return files;
}

void test('groups() and prunedEntries() leave each folder as if the files had never been', () => {
  let state = 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647);
  for (let round = 0; round < 300; round += 1) {
    const memory = new Memory();
    const states = Array.from({ length: 5 }, () => randomFiles(next));
    const roots = states.map((files) => memory.add(files));
    const { rebuilt } = memory.prune(roots);
    for (const [index, root] of roots.entries()) {
      const wanted = withoutBad(states[index] ?? {});
      const got = rebuilt.get(root);
      const expected = Object.keys(wanted).length === 0 ? null : memory.add(wanted);
      if (Object.values(states[index] ?? {}).some(isBad)) assert.equal(got, expected);
      else assert.equal(got, undefined, 'what holds none of the files stays');
    }
  }
});

void test('between() names the paths that are no change any more, and no others', async () => {
  let state = 7;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647);
  for (let round = 0; round < 300; round += 1) {
    const memory = new Memory();
    const [before, after] = [randomFiles(next), randomFiles(next)];
    const roots = { before: memory.add(before), after: memory.add(after) };
    const changes = new LostChanges(memory, memory.prune([roots.before, roots.after]));
    const still = changedPaths(withoutBad(before), withoutBad(after));
    const expected = [...changedPaths(before, after)].filter((path) => !still.has(path));
    assert.deepEqual((await changes.between(roots)).toSorted(), expected.toSorted());
  }
});

void test('a submodule is no file, whatever commit it names', () => {
  const memory = new Memory();
  const root = memory.keep([{ mode: '160000', name: 'module', oid: sha1('bad') }]);
  assert.equal(memory.prune([root]).rebuilt.size, 0);
});

void test('folders that hold one another many times over cost no more than the limit', async () => {
  const memory = new Memory();
  const nest = (leaf: string): Sha1 => {
    let oid = memory.add({ file: leaf });
    for (let depth = 0; depth < 12; depth += 1)
      oid = memory.keep(
        Array.from({ length: 10 }, (_none, n): TreeEntry => ({ mode: '40000', name: `f${n}`, oid })),
      );
    return oid;
  };
  const roots = { before: nest('bad'), after: nest('worse') };
  const pruning = memory.prune(Object.values(roots));
  assert.equal(pruning.rebuilt.get(roots.before), null);
  const changes = new LostChanges(memory, pruning);
  await assert.rejects(changes.between(roots), (error) => isFault(error, 'history.too-large'));
});
