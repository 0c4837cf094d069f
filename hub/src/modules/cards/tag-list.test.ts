// The lists of tags that clients offer for filtering.
import assert from 'node:assert/strict';
import test from 'node:test';
import { tagsByType } from './tag-list.ts';

void test('tagsByType() sorts the tags of models into lists', () => {
  const tags = [
    'transformers',
    'pytorch',
    'text-generation',
    'en',
    'fr',
    'pt-BR',
    'multilingual',
    'license:mit',
    'license:odd',
    'dataset:a/b',
  ];
  const lists = tagsByType('model', [
    ...tags,
    'my-tag',
    'zz-nobody',
    'arxiv:1',
    'base_model:x',
    'region:us',
    'other',
    'en',
    'constructor',
  ]);
  assert.deepEqual(lists, {
    region: [{ id: 'region:us', label: 'us', type: 'region' }],
    library: [
      { id: 'pytorch', label: 'pytorch', type: 'library' },
      { id: 'transformers', label: 'transformers', type: 'library' },
    ],
    other: ['constructor', 'my-tag', 'other', 'zz-nobody'].map((id) => ({ id, label: id, type: 'other' })),
    license: [
      { id: 'license:mit', label: 'MIT', type: 'license' },
      { id: 'license:odd', label: 'odd', type: 'license' },
    ],
    language: [
      { id: 'en', label: 'English', type: 'language' },
      { id: 'fr', label: 'French', type: 'language' },
      { id: 'multilingual', label: 'multilingual', type: 'language' },
      { id: 'pt-BR', label: 'Brazilian Portuguese', type: 'language' },
    ],
    dataset: [{ id: 'dataset:a/b', label: 'a/b', type: 'dataset' }],
    pipeline_tag: [{ id: 'text-generation', label: 'text-generation', type: 'pipeline_tag' }],
  });
});

void test('tagsByType() sorts the tags of data sets into lists', () => {
  const lists = tagsByType('dataset', [
    'language:en',
    'language:qqq',
    'task_categories:other',
    'format:csv',
    'medical',
    'arxiv:1',
    'size_categories:n<1K',
  ]);
  assert.deepEqual(lists['language'], [
    { id: 'language:en', label: 'English', type: 'language' },
    { id: 'language:qqq', label: 'qqq', type: 'language' },
  ]);
  assert.deepEqual(lists['format'], [{ id: 'format:csv', label: 'csv', type: 'format' }]);
  assert.deepEqual(lists['other'], [{ id: 'medical', label: 'medical', type: 'other' }]);
  assert.deepEqual(lists['size_categories'], [
    { id: 'size_categories:n<1K', label: 'n<1K', type: 'size_categories' },
  ]);
  assert.equal(lists['arxiv'], undefined);
});

void test('tagsByType() has every list that clients look for, also when it is empty', () => {
  assert.deepEqual(tagsByType('model', [])['pipeline_tag'], []);
  assert.deepEqual(tagsByType('dataset', [])['task_ids'], []);
});
