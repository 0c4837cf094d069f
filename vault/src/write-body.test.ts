// The flat reader reads what JSON.parse reads of flat objects, and refuses the rest.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readFlatObject, type FieldValue } from './write-body.ts';

function plain(value: FieldValue): unknown {
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  return Array.isArray(value) ? value.map((one: Buffer) => one.toString('utf8')) : value;
}

function read(text: string): Record<string, unknown> {
  return Object.fromEntries(
    [...readFlatObject(Buffer.from(text))].map(([name, value]) => [name, plain(value)]),
  );
}

void test('flat objects are read as JSON.parse reads them', () => {
  for (const value of [
    {},
    { key: 'NAME', value: 'sk-1' },
    { value: '"quoted" \\ / \b\f\n\r\t \u0000 é 漢 😀' },
    { a: 1, b: -20, c: true, d: false, e: null, f: [], g: ['x', 'y z'] },
    { 'na"me': '' },
  ])
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)])
      assert.deepEqual(read(text), JSON.parse(text));
  assert.deepEqual(read('{"a":"\\u00e9\\ud83d\\ude00\\/\\u0041"}'), { a: 'é😀/A' });
});

void test('what is no flat object, or could be read in two ways, is refused', () => {
  for (const text of [
    '',
    '[]',
    '"a"',
    '{',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{"a":1}x',
    '{"a":1 "b":2}',
    '{"a":{}}',
    '{"a":[1]}',
    '{"a":[["x"]]}',
    '{"a":1.5}',
    '{"a":1e3}',
    '{"a":tru}',
    '{"a":"x","a":"y"}',
    '{"a":"\u0001"}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\ud800"}',
    '{"a":"\\ud800\\u0041"}',
    '{"a":"\\udc00"}',
    '{"a":"x',
    '{"a":"x\\',
    `{${Array.from({ length: 25 }, (_, n) => `"${n}":1`).join()}}`,
    `{"a":[${'"x",'.repeat(32)}"x"]}`,
  ])
    assert.throws(() => read(text), SyntaxError, text);
  assert.throws(() => readFlatObject(Buffer.from('7b2261223a22ff227d', 'hex')), SyntaxError);
});

void test('an error quotes nothing of the body', () => {
  for (const text of ['{"value":"sk-secret" x', '{"value":"sk-secret', '{"value":sk-secret}'])
    assert.throws(
      () => read(text),
      (error: Error) => !error.message.includes('secret'),
    );
});
