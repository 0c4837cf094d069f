// The head of a safetensors file, as it should be and as a stranger may write it.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import test from 'node:test';
import { addWeights, headLength, MAX_HEAD_BYTES, parseHead, weightFiles } from './weights.ts';

const head = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

void test('parseHead() counts parameters by data type and leaves the metadata out', () => {
  const weights = parseHead(
    head({
      __metadata__: { format: 'pt', dtype: 'F32' },
      a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
      b: { dtype: 'BF16', shape: [4], data_offsets: [24, 32] },
      c: { dtype: 'F32', shape: [], data_offsets: [32, 36] },
    }),
  );
  assert.deepEqual(weights, { parameters: { F32: 7, BF16: 4 }, total: 11 });
});

void test('parseHead() has no opinion on what is no head', () => {
  for (const [what, bytes] of Object.entries({
    'no JSON': Buffer.from('{'),
    'not UTF-8': Buffer.from([0x7b, 0xff, 0x7d]),
    'a list': head([]),
    'no tensors': head({ __metadata__: {} }),
    'a data type that would be a key of its own': head({ a: { dtype: '__proto__', shape: [1] } }),
    'a negative side': head({ a: { dtype: 'F32', shape: [-1] } }),
    'a side that is text': head({ a: { dtype: 'F32', shape: ['9'] } }),
    'more than numbers can count': head({ a: { dtype: 'F32', shape: [2 ** 40, 2 ** 40] } }),
    'a sum that numbers cannot count': head({
      a: { dtype: 'F32', shape: [2 ** 52] },
      b: { dtype: 'F32', shape: [2 ** 53 - 1] },
    }),
    'too many sides': head({ a: { dtype: 'F32', shape: Array.from({ length: 17 }, () => 1) } }),
  }))
    assert.equal(parseHead(bytes), undefined, what);
});

void test('headLength() refuses lengths that nobody should read', () => {
  const length = (n: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(n);
    return bytes;
  };
  assert.equal(headLength(length(2n)), 2);
  assert.equal(headLength(length(BigInt(MAX_HEAD_BYTES))), MAX_HEAD_BYTES);
  for (const n of [0n, 1n, BigInt(MAX_HEAD_BYTES) + 1n, 2n ** 64n - 1n])
    assert.equal(headLength(length(n)), undefined);
});

void test('weightFiles() takes the whole model, all of its parts, or the only file', () => {
  const parts = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  assert.deepEqual(weightFiles(['a.txt', 'model.safetensors', 'other.safetensors']), ['model.safetensors']);
  assert.deepEqual(weightFiles([...parts, 'consolidated.safetensors']), parts);
  assert.deepEqual(weightFiles(parts.slice(1)), []);
  assert.deepEqual(weightFiles(['adapter_model.safetensors']), ['adapter_model.safetensors']);
  assert.deepEqual(weightFiles(['one.safetensors', 'two.safetensors']), []);
  assert.deepEqual(weightFiles(['model.bin']), []);
});

void test('addWeights() adds by data type', () => {
  const one = { parameters: { F32: 3 }, total: 3 };
  assert.deepEqual(addWeights([one, { parameters: { F32: 1, I8: 2 }, total: 3 }]), {
    parameters: { F32: 4, I8: 2 },
    total: 6,
  });
  assert.equal(addWeights([]), undefined);
});
