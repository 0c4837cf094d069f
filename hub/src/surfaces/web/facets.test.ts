// By what lists are narrowed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { groupFacets } from './facets.ts';

void test('groupFacets() sorts tags into kinds, the most frequent first, and leaves empty kinds out', () => {
  const counts = [
    { tag: 'text-generation', count: 2 },
    { tag: 'fill-mask', count: 5 },
    { tag: 'transformers', count: 1 },
    { tag: 'license:mit', count: 3 },
    { tag: 'dataset:alice/data', count: 9 },
  ];
  assert.deepEqual(groupFacets('model', counts), [
    {
      kind: 'task',
      choices: [
        { tag: 'fill-mask', label: 'fill-mask', count: 5 },
        { tag: 'text-generation', label: 'text-generation', count: 2 },
      ],
    },
    { kind: 'library', choices: [{ tag: 'transformers', label: 'transformers', count: 1 }] },
    { kind: 'licence', choices: [{ tag: 'license:mit', label: 'mit', count: 3 }] },
  ]);
});

void test('groupFacets() tells the kinds of apps of Spaces from their other tags', () => {
  const counts = [
    { tag: 'gradio', count: 2 },
    { tag: 'demo', count: 1 },
    { tag: 'license:mit', count: 1 },
  ];
  assert.deepEqual(
    groupFacets('space', counts).map(({ kind, choices }) => [kind, choices.map(({ label }) => label)]),
    [
      ['sdk', ['gradio']],
      ['licence', ['mit']],
      ['other', ['demo']],
    ],
  );
});
