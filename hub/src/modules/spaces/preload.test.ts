// What a README may want preloaded, and how it is laid out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parsePath } from '#modules/git';
import { layOut, readPreloads, readUses } from './preload.ts';

const read = (value: Parameters<typeof readPreloads>[0]) => {
  const problems: { key: string; fatal: boolean | undefined }[] = [];
  const preloads = readPreloads(value, (key, _text, fatal) => void problems.push({ key, fatal }));
  return { preloads, problems };
};
const COMMIT = '1'.repeat(40);

void test('readPreloads() reads a repository, its files and a revision', () => {
  const { preloads, problems } = read(['a/b', 'datasets/a/c x.json,y/z.bin', `a/b config.json ${COMMIT}`]);
  assert.deepEqual(problems, []);
  assert.deepEqual(preloads, [
    { type: 'model', namespace: 'a', name: 'b', files: undefined, revision: 'main', optional: false },
    {
      type: 'dataset',
      namespace: 'a',
      name: 'c',
      files: ['x.json', 'y/z.bin'],
      revision: 'main',
      optional: false,
    },
    { type: 'model', namespace: 'a', name: 'b', files: ['config.json'], revision: COMMIT, optional: false },
  ]);
  assert.deepEqual(read(undefined), { preloads: [], problems: [] });
});

void test('readPreloads() takes nothing that is no list of repositories, and says so once', () => {
  const many = Array.from({ length: 21 }, (_, n) => `a/b${n}`);
  for (const value of [
    'a/b',
    [1],
    ['b'],
    ['a/b/c'],
    ['../b'],
    ['a/.'],
    ['a/b ../x'],
    ['a/b x ../main'],
    ['a/b x y z'],
    many,
  ])
    assert.deepEqual(read(value), { preloads: [], problems: [{ key: 'preload_from_hub', fatal: true }] });
});

const use = (metadata: Parameters<typeof readUses>[0], known: Parameters<typeof readUses>[1] = []) => {
  const notes: string[] = [];
  const uses = readUses(metadata, known, (_key, text, fatal) => {
    assert.ok(fatal !== true, 'a program starts without');
    notes.push(text);
  });
  return { uses, notes };
};

void test('readUses() takes what a README says is used, once, and nothing that is preloaded already', () => {
  const { preloads } = read(['a/b']);
  const whole = { files: undefined, revision: 'main', optional: true };
  assert.deepEqual(use({ models: ['a/b', 'a/c', 'a/c', 7], datasets: ['a/b'] }, preloads), {
    uses: [
      { type: 'model', namespace: 'a', name: 'c', ...whole },
      { type: 'dataset', namespace: 'a', name: 'b', ...whole },
    ],
    notes: [],
  });
  assert.deepEqual(use({ models: 'a/b' }), { uses: [], notes: [] });
});

void test('readUses() names what can be no repository, and says nothing of what may be one', () => {
  const wrong = ['gpt2', 'datasets/a/b', 'models/a/b', 'a/b/c', '../b', 'a/', ''];
  for (const key of ['models', 'datasets'] as const) {
    const { uses, notes } = use({ [key]: [...wrong, 'nobody/nothing'] });
    assert.deepEqual(
      uses.map(({ name }) => name),
      ['nothing'],
    );
    const named = wrong.map((name) => `"${key}" names "${name}", which is not preloaded: `);
    assert.deepEqual(
      notes,
      named.map((text) => `${text}a repository of this hub is named as "owner/name"`),
    );
  }
  const [note = ''] = use({ models: [`${'x'.repeat(5_000)}"\n`] }).notes;
  assert.ok(note.length < 200, note);
});

void test('readUses() names each that is too many, and counts those that nobody would read', () => {
  const { preloads } = read(['a/b']);
  const many = (count: number): string[] => Array.from({ length: count }, (_, n) => `a/m${n}`);
  const late = 'which is not preloaded: 20 repositories are at most, first those of "preload_from_hub"';
  // What is there already takes no place of another.
  const { uses, notes } = use({ models: [...many(19), 'a/b', 'a/m19'], datasets: ['a/d'] }, preloads);
  assert.equal(uses.length, 19);
  assert.deepEqual(notes, [`"models" names "a/m19", ${late}`, `"datasets" names "a/d", ${late}`]);
  const { notes: all } = use({ models: many(60) });
  assert.equal(all.length, 21);
  assert.equal(all.at(-1), 'and 20 more names are not preloaded');
});

void test('layOut() keeps bytes once and leads to them by names', () => {
  const [preload] = read(['a/b']).preloads;
  assert.ok(preload);
  const files = [
    { path: parsePath('config.json'), etag: 'e1' },
    { path: parsePath('deep/er/x'), etag: 'e2' },
  ];
  assert.deepEqual(layOut(preload, COMMIT, files), [
    { path: 'models--a--b/refs/main', text: COMMIT, isLink: false },
    { path: 'models--a--b/blobs/e1', of: files[0] },
    { path: 'models--a--b/blobs/e2', of: files[1] },
    { path: `models--a--b/snapshots/${COMMIT}/config.json`, text: '../../blobs/e1', isLink: true },
    { path: `models--a--b/snapshots/${COMMIT}/deep/er/x`, text: '../../../../blobs/e2', isLink: true },
  ]);
});
