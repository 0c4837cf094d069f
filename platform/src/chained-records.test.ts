// What is found of a file of records that somebody changed.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test from 'node:test';
import {
  chainRecord,
  flawOf,
  NO_RECORDS,
  readChain,
  SETTLED,
  unsettledOf,
  type ChainHead,
} from './chained-records.ts';

const signWith = (key: string) => (parts: readonly string[]) =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
const sign = signWith('right');

function write(acts: readonly object[], signer = sign): { lines: Buffer[]; heads: ChainHead[] } {
  const lines: Buffer[] = [];
  const heads: ChainHead[] = [];
  for (const act of acts) {
    const { record, line } = chainRecord(heads.at(-1) ?? NO_RECORDS, act as never, signer);
    lines.push(line);
    heads.push(record);
  }
  return { lines, heads };
}

const ACTS = [{ end: 'a' }, { end: 'b' }, { end: 'c' }];
const { lines, heads } = write(ACTS);
const head = heads[2] ?? NO_RECORDS;

function look(parts: readonly Uint8Array[], known: ChainHead | null = head) {
  const read = readChain(Buffer.concat([...parts, Buffer.alloc(64)]), sign);
  return { acts: read.records.map(({ act }) => act), flaw: flawOf(read, known) };
}

void test('readChain() gives what was written, and no flaw', () => {
  assert.deepEqual(look(lines), { acts: ACTS, flaw: undefined });
  assert.deepEqual(look([], null), { acts: [], flaw: undefined });
});

void test('a record that was edited, forged or moved ends the reading, and is a flaw', () => {
  const edited = lines.map((line) => Buffer.from(line.toString().replace('"b"', '"x"')));
  assert.deepEqual(look(edited), { acts: [ACTS[0]], flaw: 'altered' });
  assert.deepEqual(look(write(ACTS, signWith('wrong')).lines), { acts: [], flaw: 'altered' });
  const [a, b, c] = lines as [Buffer, Buffer, Buffer];
  assert.equal(look([b, a, c]).flaw, 'altered');
  assert.equal(look([a, c]).flaw, 'altered', 'taken out between two others');
  assert.equal(look([b, c]).flaw, 'altered', 'the first is taken out');
  assert.equal(look([a, a, b, c]).flaw, 'altered', 'one comes twice');
});

void test('flawOf() finds an end that was cut off, by the head that somebody else remembers', () => {
  assert.equal(look(lines.slice(0, 2)).flaw, 'cut');
  assert.equal(look([]).flaw, 'emptied');
  assert.equal(look(lines.slice(0, 2), null).flaw, undefined, 'which nobody can without it');
  const other = write([{ end: 'a' }, { end: 'b' }, { end: 'other' }]);
  assert.equal(look(other.lines).flaw, 'altered', 'another end under the right key');
});

void test('a write that was torn after the head is no flaw', () => {
  const torn = lines[2]?.subarray(0, 20) ?? Buffer.alloc(0);
  const read = look([...lines.slice(0, 2), torn], heads[1] ?? null);
  assert.deepEqual(read, { acts: ACTS.slice(0, 2), flaw: undefined });
});

void test('a file begun anew begins with a record that says that all before is done, and with no other', () => {
  const all = write([{ end: 'a' }, SETTLED, { end: 'b' }]);
  assert.deepEqual(look(all.lines.slice(1), all.heads[2]).flaw, undefined);
  assert.equal(
    look(all.lines.slice(1), all.heads[0]).flaw,
    undefined,
    'also where the head is the one before',
  );
  assert.equal(look(all.lines.slice(2), all.heads[2]).flaw, 'altered');
  const read = readChain(Buffer.concat(all.lines), sign);
  assert.deepEqual(
    unsettledOf(read.records).map(({ act }) => act),
    [{ end: 'b' }],
  );
});
