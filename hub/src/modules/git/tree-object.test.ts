// Trees in the order of git, and broken ones.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Sha1 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import {
  compareEntries,
  encodeTree,
  MAX_TREE_BYTES,
  parseTree,
  type Mode,
  type TreeEntry,
} from './tree-object.ts';

const OID = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3' as Sha1;
const file = (name: string, mode: Mode = '100644'): TreeEntry => ({ mode, name, oid: OID });
const folder = (name: string): TreeEntry => file(name, '40000');
const raw = (...lines: readonly string[]): Buffer =>
  Buffer.concat(lines.flatMap((line) => [Buffer.from(`${line}\0`, 'latin1'), Buffer.from(OID, 'hex')]));

void test('encodeTree() of nothing is the empty tree of git', () => {
  assert.equal(encodeTree([]).oid, '4b825dc642cb6eb9a060e54bf8d69288fbee4904');
});

void test('encodeTree() sorts a folder as if its name ended in a slash', () => {
  const names = parseTree(encodeTree([folder('a'), file('a.b'), file('a0'), folder('a-b')]).body).map(
    (entry) => entry.name,
  );
  assert.deepEqual(names, ['a-b', 'a.b', 'a', 'a0']);
});

void test('compareEntries() orders as the bytes of UTF-8 do', () => {
  const parts = ['a', 'z', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '𐀀', '😀', '.', '-', '0', '\u0001'];
  const next = randomOf(7);
  for (let round = 0; round < 5000; round += 1) {
    const make = (): TreeEntry => {
      const name = Array.from({ length: 1 + next(4) }, () => parts[next(parts.length)]).join('');
      return next(2) === 0 ? file(name) : folder(name);
    };
    const [a, b] = [make(), make()];
    const key = (entry: TreeEntry): Buffer => Buffer.from(entry.name + (entry.mode === '40000' ? '/' : '\0'));
    assert.equal(Math.sign(compareEntries(a, b)), Buffer.compare(key(a), key(b)), `${a.name} ${b.name}`);
  }
});

void test('parseTree() gives back what was encoded', () => {
  const entries = [
    file('a'),
    file('b', '100755'),
    file('c', '120000'),
    folder('d'),
    file('e', '160000'),
    file('ü\ufffd日'),
  ];
  const { oid, body } = encodeTree(entries);
  assert.deepEqual(parseTree(body), entries);
  assert.equal(encodeTree(parseTree(body)).oid, oid);
});

void test('encodeTree() refuses what is not a folder', () => {
  for (const entries of [
    [file('')],
    [file('a/b')],
    [file('a\0')],
    [file('\ud800')],
    [file('a'), folder('a')],
  ]) {
    assert.throws(() => encodeTree(entries), TypeError);
  }
  assert.throws(() => encodeTree([{ ...file('a'), oid: 'abcd' as Sha1 }]), TypeError);
});

void test('parseTree() refuses what git would not write', () => {
  const bad = [
    raw('040000 a'),
    raw('100664 a'),
    raw('644 a'),
    raw(' a'),
    raw('100644 '),
    raw('100644 a/b'),
    raw('100644  '.slice(0, 6)),
    raw('100644 b', '100644 a'),
    raw('100644 a', '100644 a'),
    raw('100644 a', '100644 a.b', '40000 a'),

    raw('100644 \xff'),
    raw('100644 a').subarray(0, 20),
    raw('100644 a').subarray(0, -1),
    Buffer.from('100644 a'),
    Buffer.from([0]),
    Buffer.from('1'),
    Buffer.from('1006444 a\0'),
    raw('40000 a', '100644 a'),
  ];
  for (const body of bad)
    assert.throws(
      () => parseTree(body),
      (error) => isFault(error, 'object.malformed'),
      body.toString(),
    );
  assert.throws(
    () => parseTree(Buffer.alloc(MAX_TREE_BYTES + 1)),
    (error) => isFault(error, 'object.malformed'),
  );
});

void test('parseTree() throws nothing but a fault for broken bytes', () => {
  const { body } = encodeTree([file('a'), folder('b'), file('c.txt', '100755'), file('é')]);
  const next = randomOf(3);
  for (let round = 0; round < 20_000; round += 1) {
    const broken = Buffer.from(body);
    for (let flips = 0; flips <= next(3); flips += 1) broken[next(broken.length)] = next(256);
    try {
      const parsed = parseTree(broken.subarray(0, next(10) === 0 ? next(broken.length) : broken.length));
      assert.ok(parsed.length <= 4);
    } catch (error) {
      assert.ok(isFault(error, 'object.malformed'));
    }
  }
});

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
