// What is a pointer and what only looks like one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { encodePointer, MAX_POINTER_BYTES, parsePointer } from './lfs-pointer.ts';

const OID = sha256('x');
const TEXT = `version https://git-lfs.github.com/spec/v1\noid sha256:${OID}\nsize 12345\n`;

void test('encodePointer() writes the three lines of the specification', () => {
  assert.equal(encodePointer({ oid: OID, size: 12345 }).toString(), TEXT);
});

void test('encodePointer() refuses what is not a size', () => {
  for (const size of [-1, 1.5, NaN, 2 ** 53])
    assert.throws(() => encodePointer({ oid: OID, size }), TypeError);
});

void test('parsePointer() gives back what was encoded', () => {
  for (const size of [0, 1, Number.MAX_SAFE_INTEGER]) {
    assert.deepEqual(parsePointer(encodePointer({ oid: OID, size })), { oid: OID, size });
  }
});

void test('parsePointer() takes extension lines in their order', () => {
  assert.deepEqual(parsePointer(Buffer.from(TEXT.replace('\noid', `\next-0-foo sha256:${OID}\noid`))), {
    oid: OID,
    size: 12345,
  });
});

void test('parsePointer() takes nothing else for a pointer', () => {
  const bad = [
    '',
    'version',
    TEXT.trimEnd(),
    TEXT.replaceAll('\n', '\r\n'),
    ` ${TEXT}`,
    `\ufeff${TEXT}`,
    `${TEXT}\n`,
    TEXT.replace('/v1', '/v2'),

    TEXT.replace('sha256:', 'sha1:'),
    TEXT.replace('sha256:', ''),
    TEXT.replace(OID, OID.toUpperCase()),
    TEXT.replace(OID, `${OID}:x`),

    TEXT.replace('12345', '-1'),
    TEXT.replace('12345', '012'),
    TEXT.replace('12345', '1e3'),
    TEXT.replace('12345', '9007199254740993'),

    TEXT.replace('size 12345', 'size'),
    TEXT.replace(/oid.*\n/, ''),
    TEXT.replace(/size.*\n/, ''),
    TEXT.replace('12345', '１'),

    TEXT.replace(/(size.*\n)/, '$1$1'),
    TEXT.replace(/(oid.*\n)(size.*\n)/, '$2$1'),
    TEXT.replace(/(oid.*\n)/, '$1$1'),
    `${TEXT}version x\n`,
    `${TEXT}z ${'x'.repeat(MAX_POINTER_BYTES)}\n`,
    TEXT.replace('size', 'Size'),
  ];
  for (const text of bad) assert.equal(parsePointer(Buffer.from(text)), undefined, text);
  assert.equal(parsePointer(Buffer.concat([Buffer.from(`${TEXT}z `), Buffer.from([0xff, 0x0a])])), undefined);
});

void test('parsePointer() reads up to its limit and no further', () => {
  const padded = (length: number): Buffer =>
    Buffer.from(`${TEXT}z ${'x'.repeat(length - TEXT.length - 3)}\n`);
  assert.notEqual(parsePointer(padded(MAX_POINTER_BYTES - 1)), undefined);
  assert.equal(parsePointer(padded(MAX_POINTER_BYTES)), undefined);
});
