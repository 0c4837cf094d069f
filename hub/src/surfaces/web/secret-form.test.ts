// Forms that hold a secret.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readSecretForm, secretBodyOf } from './secret-form.ts';

const read = (text: string) => {
  const { fields, value } = readSecretForm(Buffer.from(text));
  return { fields: { ...fields }, value: Buffer.from(value).toString() };
};

void test('readSecretForm() gives the fields as texts and the value as bytes', () => {
  const sent = new URLSearchParams({
    key: 'A_KEY',
    value: 'sk-é&=+% "\\\u0001',
    hosts: 'a.example\r\nb.example',
  });
  assert.deepEqual(read(sent.toString()), {
    fields: { key: 'A_KEY', hosts: 'a.example\nb.example' },
    value: 'sk-é&=+% "\\\u0001',
  });
});

void test('readSecretForm() takes a pasted line end away, and leaves those within', () => {
  assert.equal(read('value=one%0D%0Atwo%0D%0A').value, 'one\ntwo');
  assert.equal(read('value=%').value, '%');
  assert.equal(read('value=%zz%4').value, '%zz%4');
});

void test('readSecretForm() reads what no browser sends as it can, the last of each name', () => {
  assert.deepEqual(read(''), { fields: {}, value: '' });
  assert.deepEqual(read('&&key&value=a&value=b&__proto__=c'), {
    fields: { '': '', key: '', ['__proto__']: 'c' },
    value: 'b',
  });
});

void test('secretBodyOf() is JSON that says the same', () => {
  const value = Buffer.from('a"b\\c\n\u0000\u001fé文');
  const body = Buffer.from(secretBodyOf({ key: 'A', hosts: ['x.example'] }, value)).toString();
  assert.deepEqual(JSON.parse(body), { key: 'A', hosts: ['x.example'], value: value.toString() });
});
