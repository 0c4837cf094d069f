// What a README may say about a Space.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readConfiguration } from './configuration.ts';

/** A hub that runs no programs. */
const HUB = { runsPrograms: false, hardware: [] };

const textsOf = (metadata: Parameters<typeof readConfiguration>[0]): string[] =>
  readConfiguration(metadata, HUB).problems.map(({ text }) => text);

void test('a static Space shows index.html unless it names another file', () => {
  assert.deepEqual(readConfiguration({ sdk: 'static' }, HUB), {
    configuration: { sdk: 'static', appFile: 'index.html', headers: {} },
    problems: [],
  });
  const { configuration } = readConfiguration({ sdk: 'static', app_file: 'dist/app.html' }, HUB);
  assert.equal(configuration?.appFile, 'dist/app.html');
});

void test('a Space without a kind, of an unknown kind or of one that is not run here cannot be served', () => {
  for (const metadata of [{}, { sdk: 'flask' }, { sdk: 7 }, { sdk: 'docker' }, { sdk: 'gradio' }]) {
    const { configuration, problems } = readConfiguration(metadata, HUB);
    assert.equal(configuration, undefined);
    assert.deepEqual(
      problems.map(({ key, fatal }) => ({ key, fatal })),
      [{ key: 'sdk', fatal: true }],
    );
  }
  assert.match(textsOf({ sdk: 'gradio' })[0] ?? '', /does not run those with "sdk: gradio"/);
});

void test('a file that leads elsewhere is no app file', () => {
  for (const appFile of [
    '../index.html',
    '/etc/passwd',
    'a//b',
    '',
    'a\u0000',
    '.git/config',
    '.vitepress/a.html',
    3,
    null,
    ['a'],
  ])
    if (appFile !== null)
      assert.equal(readConfiguration({ sdk: 'static', app_file: appFile }, HUB).configuration, undefined);
  assert.equal(
    readConfiguration({ sdk: 'static', app_file: null }, HUB).configuration?.appFile,
    'index.html',
  );
});

void test('headers that isolate are kept, others are named', () => {
  const headers = {
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'cross-origin-opener-policy': 'everything',
    'set-cookie': 'a=b',
  };
  const read = readConfiguration({ sdk: 'static', custom_headers: headers }, HUB);
  assert.deepEqual(read.configuration?.headers, { 'cross-origin-embedder-policy': 'require-corp' });
  assert.equal(read.problems.length, 2);
  assert.match(textsOf({ sdk: 'static', custom_headers: 'none' })[0] ?? '', /must be a mapping/);
});

void test('what means nothing here is named and changes nothing', () => {
  const read = readConfiguration(
    { sdk: 'static', python_version: '3.12', hf_oauth: true, models: ['a/b'] },
    HUB,
  );
  assert.ok(read.configuration);
  assert.deepEqual(
    read.problems.map(({ key }) => key),
    ['hf_oauth', 'python_version'],
  );
});

void test('what says how a Space is shown is named where it is wrong, and where this hub does nothing with it', () => {
  const card = { title: 'x', emoji: '🚀', colorFrom: 'blue', colorTo: 'green', pinned: false };
  assert.deepEqual(textsOf({ sdk: 'static', ...card, license: 'mit', disable_embedding: false }), []);
  for (const [key, value] of [
    ['pinned', true],
    ['header', 'mini'],
    ['fullWidth', true],
    ['fullWidth', false],
    ['disable_embedding', true],
    ['thumbnail', 'https://a.example/b.png'],
  ] as const)
    assert.deepEqual(textsOf({ sdk: 'static', [key]: value }), [`"${key}" has no effect on this hub`]);
  for (const [key, value] of [
    ['pinned', 'yes'],
    ['header', 'large'],
    ['title', ['x']],
    ['short_description', { a: 1 }],
    ['colorFrom', 'mauve'],
    ['colorTo', 7],
    ['tags', { a: 1 }],
  ] as const) {
    const { configuration, problems } = readConfiguration({ sdk: 'static', [key]: value }, HUB);
    assert.ok(configuration);
    assert.deepEqual(
      problems.map((problem) => problem.key),
      [key],
    );
    assert.match(problems[0]?.text ?? '', new RegExp(`^"${key}" must be`));
  }
  assert.match(textsOf({ sdk: 'static', license: 'mine' })[0] ?? '', /"mine" is not a known licence id/);
});

void test('of many things that are wrong the first are named, and how many more there are', () => {
  const many = (count: number, value: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, number) => [`key-${number}`, value]));
  const twenty = textsOf({ sdk: 'static', ...many(20, 'x') });
  assert.deepEqual([twenty.length, twenty.at(-1)], [20, '"key-19" means nothing to this hub']);
  const more = textsOf({ sdk: 'static', ...many(1_000, 'x') });
  assert.deepEqual([more.length, more.at(-1)], [21, 'and 980 more keys mean nothing to this hub']);
  const headers = textsOf({ sdk: 'static', custom_headers: many(22, 'x') });
  assert.deepEqual([headers.length, headers.at(-1)], [21, 'and 2 more headers cannot be set so']);
  const languages = textsOf({ sdk: 'static', language: Object.keys(many(23, '')).map((key) => `${key}!`) });
  assert.deepEqual([languages.length, languages.at(-1)], [21, 'and 3 more values are wrong']);
});
