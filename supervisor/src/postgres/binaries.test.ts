// The plan of links, which comes from a package and so may be hostile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { planLinks } from './binaries.ts';

void test('planLinks() makes each link relative to its own folder', () => {
  const list = [
    { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
    { source: 'native/lib/a.so', target: 'native/lib/sub/a.so' },
  ];
  assert.deepEqual(planLinks(list), [
    { path: 'native/lib/libpq.so.5', target: 'libpq.so.5.18' },
    { path: 'native/lib/sub/a.so', target: '../a.so' },
  ]);
});

void test('planLinks() refuses every path that leaves the package or is not written plainly', () => {
  const good = 'native/lib/a';
  for (const path of [
    '../x',
    'native/../../x',
    '/etc/passwd',
    'native/../native/x',
    './native/x',
    'native//x',
    'lib/x',
    'native',
    'native/x\0',
    '',
  ])
    for (const entry of [
      { source: path, target: good },
      { source: good, target: path },
    ])
      assert.throws(() => planLinks([entry]), JSON.stringify(entry));
});

void test('planLinks() refuses a list that is none', () => {
  for (const list of [{}, null, [{ source: 'native/a' }], [['native/a', 'native/b']]])
    assert.throws(() => planLinks(list));
});
