// A shard gives its files only when all of its frame holds together.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { isFault } from '@holdfast/kernel/fault';
import { describeFile, encodeShard, encodeXorb, type TestFile } from '../../../../test/harness/xet-encode.ts';
import { shardInvalid } from '../faults.ts';
import { parseShard, SHARD_LIMITS, type ShardLimits } from './shard.ts';
import { type XetHash } from './xet-hash.ts';

const first = encodeXorb([Buffer.from('alpha'), Buffer.from('beta'), Buffer.from('gamma')]);
const second = encodeXorb([Buffer.from('delta'), Buffer.from('epsilon')]);
const described = describeFile(
  [
    { xorb: first, start: 1, end: 3 },
    { xorb: second, start: 0, end: 2 },
    { xorb: first, start: 0, end: 1 },
  ],
  sha256('the content'),
);
const plain = describeFile([{ xorb: second, start: 1, end: 2 }]);
const empty: TestFile = { hash: '0'.repeat(64) as XetHash, terms: [] };
const shard = encodeShard({ files: [described, plain, empty], xorbs: [first, second] });
/** Where the records of the first file begin: three terms, three verification entries, one digest. */
const FILE = 48;

function filesOf(bytes: Uint8Array, limits?: ShardLimits): TestFile[] {
  return Array.from(parseShard(bytes, limits), ({ hash, terms, sha256: claim }) => ({
    hash,
    terms: Array.from(terms, (term) => ({ ...term, verification: Buffer.from(term.verification) })),
    ...(claim === undefined ? {} : { sha256: claim }),
  }));
}

function refusal(bytes: Uint8Array, limits?: ShardLimits): string {
  try {
    // Nothing is asked for: the refusal must come before the first file.
    parseShard(bytes, limits);
  } catch (error) {
    assert.ok(isFault(error, shardInvalid.code), String(error));
    return error.message;
  }
  return 'accepted';
}

function changed(at: number, value: number, bytes: Uint8Array = shard): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, at);
  return copy;
}

void test('parseShard() gives every file with its terms, its digest in the usual order', () => {
  assert.deepEqual(filesOf(shard), [described, plain, empty]);
});

void test('parseShard() gives nothing for a shard without files', () => {
  assert.deepEqual(filesOf(encodeShard({ files: [] })), []);
});

void test('parseShard() takes a footer, tables before it, and none where the header names one', () => {
  const files = [described];
  assert.deepEqual(filesOf(encodeShard({ files, footer: true })), files);
  const bytes = encodeShard({ files, footer: true });
  assert.deepEqual(
    filesOf(Buffer.concat([bytes.subarray(0, -200), Buffer.alloc(1000, 7), bytes.subarray(-200)])),
    files,
  );
  assert.deepEqual(filesOf(bytes.subarray(0, -200)), files);
});

void test('parseShard() takes only the whole mark for the end of a section', () => {
  // Their bytes begin as the mark does.
  const files = ['00000000000000ff'.padEnd(64, '0'), 'f'.repeat(64)].map((hash) => ({
    ...plain,
    hash: hash as XetHash,
  }));
  assert.deepEqual(filesOf(encodeShard({ files })), files);
});

void test('parseShard() reads from within a larger buffer', () => {
  const larger = Buffer.concat([Buffer.alloc(13, 9), shard, Buffer.alloc(5, 9)]);
  assert.deepEqual(filesOf(larger.subarray(13, 13 + shard.length)), [described, plain, empty]);
});

void test('parseShard() gives single terms by their number', () => {
  const [file] = parseShard(shard);
  assert.equal(file?.terms.length, 3);
  assert.equal(
    file.terms.at(2).verification.toString('hex'),
    described.terms[2]?.verification.toString('hex'),
  );
  assert.throws(() => file.terms.at(3), RangeError);
  assert.throws(() => file.terms.at(-1), RangeError);
});

void test('parseShard() refuses another header', () => {
  assert.match(refusal(Buffer.alloc(0)), /does not begin/);
  assert.match(refusal(changed(20, 0)), /does not begin/);
  assert.match(refusal(changed(32, 3)), /version is 3/);
  assert.match(refusal(changed(40, 199)), /footer has 199 bytes/);
  assert.match(refusal(changed(44, 1)), /footer has 4294967296 bytes/);
});

void test('parseShard() refuses a shard that is cut anywhere', () => {
  for (let length = 0; length < shard.length; length += 1)
    assert.match(refusal(shard.subarray(0, length)), /ends before|does not begin/, `${length} bytes`);
});

void test('parseShard() holds counts against what is there', () => {
  for (const count of [4, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff])
    assert.notEqual(refusal(changed(FILE + 36, count)), 'accepted', `${count} terms`);
  const xorbs = encodeShard({ files: [], xorbs: [first] });
  assert.match(refusal(changed(96 + 36, 8193, xorbs)), /claims 8193 chunks/);
  assert.match(refusal(changed(96 + 36, 8192, xorbs)), /8192 more records/);
});

void test('parseShard() refuses flags it does not know, and files without verification', () => {
  assert.match(refusal(changed(FILE + 32, 0x4000_0000)), /file at byte 48 comes without verification/);
  assert.match(refusal(changed(FILE + 32, 0)), /without verification/);
  assert.match(refusal(changed(FILE + 32, 0xe000_0000)), /unknown flags 0xe0000000/);
  assert.match(refusal(changed(FILE + 32, 0x8000_0001)), /unknown flags/);
  assert.match(refusal(changed(FILE + 48 + 32, 1)), /term at byte 96 has the unknown flags 0x1/);
});

void test('parseShard() refuses terms that no xorb could have', () => {
  const term = FILE + 48;
  assert.match(refusal(changed(term + 40, 3)), /chunks 3 to 3/);
  assert.match(refusal(changed(term + 44, 8193)), /chunks 1 to 8193/);
  assert.match(refusal(changed(term + 36, 1)), /claims 1 bytes in 2 chunks/);
  assert.match(refusal(changed(term + 36, 2 * 131_072 + 1)), /claims 262145 bytes/);
  assert.equal(refusal(changed(term + 36, 9)), 'accepted');
});

void test('parseShard() keeps its limits', () => {
  assert.equal(refusal(shard, { bytes: shard.length, files: 3, terms: 4 }), 'accepted');
  assert.match(refusal(shard, { ...SHARD_LIMITS, bytes: shard.length - 1 }), /more than/);
  assert.match(refusal(shard, { ...SHARD_LIMITS, files: 2 }), /more than 2 files/);
  assert.match(refusal(shard, { ...SHARD_LIMITS, terms: 3 }), /more than 3 terms/);
});
