// Hashes agree with published values and with the library of the public hub's own client.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import * as reference from '@huggingface/xetchunk-wasm';
import { CHUNK_KEY, KeyedBlake3 } from './blake3.ts';
import {
  chunkHash,
  parseXetHash,
  verificationHash,
  xetHashBytes,
  xetHashOf,
  type XetHash,
} from './xet-hash.ts';

const COUNTING = Uint8Array.from({ length: 32 }, (_, index) => index);
const COUNTING_TEXT = '07060504030201000f0e0d0c0b0a090817161514131211101f1e1d1c1b1a1918';

void test('xetHashOf() and xetHashBytes() reverse each group of eight bytes', () => {
  assert.equal(xetHashOf(COUNTING), COUNTING_TEXT);
  assert.deepEqual(xetHashBytes(COUNTING_TEXT as XetHash), Buffer.from(COUNTING));
  assert.equal(reference.hashToHex(COUNTING), COUNTING_TEXT);
  assert.equal(COUNTING[0], 0, 'what was given is left as it was');
});

void test('xetHashOf() refuses another number of bytes', () => {
  assert.throws(() => xetHashOf(new Uint8Array(31)), /32 bytes, not 31/);
});

void test('parseXetHash() takes 64 lower-case digits alone', () => {
  assert.equal(parseXetHash(COUNTING_TEXT), COUNTING_TEXT);
  for (const text of [
    '',
    COUNTING_TEXT.toUpperCase(),
    COUNTING_TEXT.slice(1),
    `${COUNTING_TEXT}\n`,
    `0${COUNTING_TEXT}`,
  ])
    assert.equal(parseXetHash(text), undefined);
});

void test('chunkHash() gives the published hash', () => {
  assert.equal(
    xetHashOf(chunkHash(Buffer.from('Hello World!'))),
    'd8d408e608fb9ca213b9909a65d86d725f2de4d8d540324be8a363e7a6e228cb',
  );
});

void test('verificationHash() gives the published hash', () => {
  const chunks = [
    'c28f58387a60d4aa200c311cda7c7f77f686614864f5869eadebf765d0a14a69',
    '6e4e3263e073ce2c0e78cc770c361e2778db3b054b98ab65e277fc084fa70f22',
  ].map((text) => xetHashBytes(text as XetHash));
  const hash = verificationHash(Buffer.concat(chunks));
  assert.equal(xetHashOf(hash), 'eb06a8ad81d588ac05d1d9a079232d9c1e7d0b07232fa58091caa7bf333a2768');
  assert.deepEqual(hash, Buffer.from(reference.verificationHash(chunks)));
});

void test('a hash under a key is that of the reference', () => {
  const [key, hash] = [randomBytes(32), randomBytes(32)];
  assert.deepEqual(new KeyedBlake3(key).digest(hash), Buffer.from(reference.hmac(hash, key)));
});

void test('KeyedBlake3 remembers nothing of the input before', () => {
  const hasher = new KeyedBlake3(CHUNK_KEY);
  const first = hasher.digest(Buffer.from('one'));
  hasher.digest(Buffer.from('two'));
  assert.deepEqual(hasher.digest(Buffer.from('one')), first);
});
