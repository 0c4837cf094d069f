// The spelling of a number of parameters.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ParameterRange } from './parameter-range.ts';

void test('ParameterRange reads either bound, with its unit', () => {
  assert.deepEqual(ParameterRange.parse('min:3B,max:128b'), { min: 3e9, max: 128e9 });
  assert.deepEqual(ParameterRange.parse('max:1.5K'), { max: 1500 });
  assert.deepEqual(ParameterRange.parse(''), {});
});

void test('ParameterRange gives whole numbers that a database takes, whatever is asked', () => {
  assert.deepEqual(ParameterRange.parse('min:7.82201,max:7.82201'), { min: 8, max: 7 });
  const huge = ParameterRange.parse(`min:${'9'.repeat(80)}T`).min;
  assert.equal(huge, Number.MAX_SAFE_INTEGER);
});

void test('ParameterRange refuses anything else', () => {
  for (const text of ['3B', 'min:-1', 'min:1e9', 'max:1,min:2', 'min:1Q'])
    assert.equal(ParameterRange.safeParse(text).success, false, text);
});
