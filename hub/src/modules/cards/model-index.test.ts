// Evaluation results, complete and in pieces.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Json } from '@holdfast/kernel/canonical-json';
import { checkModelIndex } from './model-index.ts';

const metric = { type: 'wer', value: 20.9 };
const result = { task: { type: 'asr' }, dataset: { type: 'cv', name: 'Common Voice' }, metrics: [metric] };
const index = (change: Record<string, Json>): Json => [{ name: 'm', results: [{ ...result, ...change }] }];

void test('checkModelIndex() accepts complete results', () => {
  assert.deepEqual(checkModelIndex([]), []);
  assert.deepEqual(checkModelIndex(index({ source: { url: 'x' } })), []);
  assert.deepEqual(checkModelIndex([{ name: 2024, results: [] }]), []);
  for (const value of [0, false, null, 'x', [1], { a: 1 }])
    assert.deepEqual(checkModelIndex(index({ metrics: [{ type: 'x', value }] })), []);
});

void test('checkModelIndex() names what is missing or wrong', () => {
  const cases: readonly (readonly [Json, string])[] = [
    ['x', '"model-index" must be a list'],
    [[1], '"model-index"[0] must be a mapping'],
    [[{ results: [] }], '"model-index"[0].name is required'],
    [[{ name: ['x'], results: [] }], '"model-index"[0].name must be a string'],
    [[{ name: 'm' }], '"model-index"[0].results is required'],
    [[{ name: 'm', results: {} }], '"model-index"[0].results must be a list'],
    [index({ task: null }), '"model-index"[0].results[0].task must be a mapping'],
    [index({ task: {} }), '"model-index"[0].results[0].task.type is required'],
    [index({ dataset: { type: 'x' } }), '"model-index"[0].results[0].dataset.name is required'],
    [
      index({ dataset: { type: 'x', name: true } }),
      '"model-index"[0].results[0].dataset.name must be a string',
    ],
    [index({ metrics: [null] }), '"model-index"[0].results[0].metrics[0] must be a mapping'],
    [index({ metrics: [{ type: 'x' }] }), '"model-index"[0].results[0].metrics[0].value is required'],
    [index({ metrics: [{ value: 1 }] }), '"model-index"[0].results[0].metrics[0].type is required'],
  ];
  for (const [value, message] of cases) assert.deepEqual(checkModelIndex(value), [message]);
  assert.deepEqual(checkModelIndex([{ name: 'm', results: [{}] }]), [
    '"model-index"[0].results[0].task is required',
    '"model-index"[0].results[0].dataset is required',
    '"model-index"[0].results[0].metrics is required',
  ]);
});

void test('checkModelIndex() stops after a screenful', () => {
  assert.equal(checkModelIndex(Array.from({ length: 10_000 }, () => 1)).length, 20);
});
