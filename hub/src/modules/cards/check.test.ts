// The rules about the meaning of metadata.
import assert from 'node:assert/strict';
import test from 'node:test';
import { checkMetadata } from './check.ts';
import { licences } from './licences.ts';
import type { Metadata, RepoType } from './model.ts';

const errors = (metadata: Metadata, type?: RepoType): string =>
  checkMetadata(metadata, type).errors.join('\n');
const warnings = (metadata: Metadata, type?: RepoType): string =>
  checkMetadata(metadata, type).warnings.join('\n');

void test('checkMetadata() accepts every licence of the table, alone and in a list', () => {
  assert.ok(licences.size > 75);
  for (const id of licences.keys()) assert.equal(errors({ license: id }), '');
  assert.equal(errors({ license: ['mit', 'apache-2.0'] }), '');
  assert.equal(errors({ license: null }), '');
  assert.equal(licences.get('openrail++'), 'Open Rail++-M License');
});

void test('checkMetadata() refuses unknown licences and suggests the one that was meant', () => {
  assert.match(errors({ license: 'Apache-2.0' }), /did you mean "apache-2.0"/);
  assert.match(errors({ license: 'my-own' }), /use "other"/);
  assert.match(errors({ license: ['mit', 'x', 3, { a: 1 }] }), /"x"[^]*3[^]*\{"a":1\}/);
  assert.match(errors({ license: 'constructor' }), /not a known/);
  assert.equal(checkMetadata({ license: Array(1000).fill('x') }, 'model').errors.length, 20);
});

void test('checkMetadata() warns of lists that hold something else', () => {
  assert.equal(warnings({ tags: ['a', 'b', 'a', 1], datasets: 'x', metrics: null }), '');
  for (const tags of [
    { a: 1 },
    [{}],
    [['a']],
    [null],
    [{ toString: 1 }],
    ['x'.repeat(300)],
    ['a\nb'],
    '',
    true,
  ]) {
    assert.match(warnings({ tags }), /^"tags" must be/, JSON.stringify(tags).slice(0, 40));
  }
});

void test('checkMetadata() warns of what is no language code', () => {
  assert.equal(warnings({ language: ['en', 'pt-BR', 'zh-Hant-TW', 'code', 'multilingual', 'fra'] }), '');
  assert.match(warnings({ language: ['english please', 'e'] }), /"english please"[^]*"e"/);
});

void test('checkMetadata() warns of unknown tasks, but not in Spaces', () => {
  assert.equal(warnings({ pipeline_tag: 'text-generation' }), '');
  assert.match(warnings({ pipeline_tag: 'mind-reading' }), /"mind-reading"/);
  assert.equal(warnings({ pipeline_tag: 'mind-reading', sdk: 'static' }, 'space'), '');
});

void test('checkMetadata() checks how a Space is run and shown', () => {
  for (const sdk of ['gradio', 'docker', 'static', 'streamlit']) assert.equal(errors({ sdk }, 'space'), '');
  for (const sdk of ['Gradio', 1, null, ['gradio'], {}])
    assert.match(errors({ sdk }, 'space'), /"sdk" must be one of/);
  assert.match(warnings({ title: 'x' }, 'space'), /Missing configuration/);
  assert.match(
    warnings({ sdk: 'static', colorFrom: 'mauve', colorTo: 'red' }, 'space'),
    /^"colorFrom" must be one of/,
  );
  for (const port of [0, 65_536, 1.5, '80', null])
    assert.match(errors({ sdk: 'docker', app_port: port }, 'space'), /app_port/);
  assert.equal(errors({ sdk: 'docker', app_port: 7860 }, 'space'), '');
});

void test('checkMetadata() warns of what a Space cannot be shown by, by the name of its key', () => {
  const right = { sdk: 'static', title: 'A title', emoji: '🚀', short_description: 7, header: 'mini' };
  const switches = { pinned: false, fullWidth: true, disable_embedding: false, thumbnail: null };
  assert.equal(warnings({ ...right, ...switches, colorFrom: 'red' }, 'space'), '');
  for (const [key, values] of Object.entries({
    title: [['x'], { a: 1 }, true, '', 'a\nb', 'x'.repeat(300)],
    short_description: [['x'], false],
    emoji: [['🚀']],
    thumbnail: [{}],
    pinned: ['true', 1, []],
    fullWidth: ['yes'],
    disable_embedding: [0],
    header: ['large', true],
    colorFrom: ['mauve', null, 3],
    colorTo: [['red']],
  }))
    for (const value of values)
      assert.match(
        warnings({ sdk: 'static', [key]: value }, 'space'),
        new RegExp(`^"${key}" must be`),
        JSON.stringify(value).slice(0, 40),
      );
});

void test('checkMetadata() checks evaluation results of any card', () => {
  assert.match(errors({ 'model-index': 'x' }), /"model-index" must be a list/);
  assert.equal(errors({ 'model-index': null }), '');
});
