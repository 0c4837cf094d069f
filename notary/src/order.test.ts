// The order of entries, and what the notary notices before it puts them in the tree.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256 } from '@holdfast/kernel/digest';
import { GENESIS, hashEntry } from '@holdfast/kernel/ledger-entry';
import { leafOf, type LedgerRow } from './leaf.ts';
import { Lanes, orderRows } from './order.ts';

function rowOf(change: Partial<LedgerRow>): LedgerRow {
  const entry = {
    writer: 'hub',
    lane: 0,
    n: 1,
    previous: GENESIS,
    at: '2026-01-01T00:00:00.000000Z',
    kind: 'repo.created',
    subject: 'repo:1',
    subjectN: 0,
    subjectPrevious: GENESIS,
    actor: 'user:1',
    credential: '',
    body: '{}',
    ...change,
  };
  return { xid: '700', ...entry, hash: change.hash ?? hashEntry(entry) };
}

function laneOf(length: number, times: readonly string[] = []): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (let n = 1; n <= length; n += 1)
    rows.push(
      rowOf({
        n,
        previous: rows.at(-1)?.hash ?? GENESIS,
        at: times[n - 1] ?? `2026-01-01T00:00:0${n}.000000Z`,
      }),
    );
  return rows;
}

function flawsOf(rows: readonly LedgerRow[]): unknown[] {
  const lanes = new Lanes([]);
  for (const row of rows) lanes.follow(row);
  return lanes.flaws.map(({ n, flaw }) => [n, flaw]);
}

void test('orderRows() keeps the order of a lane even where a clock ran backwards', () => {
  const rows = laneOf(4, ['2026-01-01T00:00:09.000000Z']);
  assert.deepEqual(
    orderRows(rows.toReversed()).map(({ n }) => n),
    [1, 2, 3, 4],
  );
});

void test('orderRows() keeps the order of a subject’s chain across lanes', () => {
  const second = rowOf({ lane: 1, subject: 'token:1', subjectN: 2, at: '2026-01-01T00:00:01.000000Z' });
  const first = rowOf({ lane: 2, subject: 'token:1', subjectN: 1, at: '2026-01-01T00:00:02.000000Z' });
  assert.deepEqual(orderRows([second, first]), [first, second]);
});

void test('orderRows() takes every row once, forged circles included', () => {
  const a = rowOf({ lane: 0, n: 2, subject: 'token:1', subjectN: 1 });
  const b = rowOf({ lane: 0, n: 1, subject: 'token:1', subjectN: 2 });
  assert.deepEqual(new Set(orderRows([a, b])), new Set([a, b]));
  const many = Array.from({ length: 400 }, (_, n) => rowOf({ lane: n % 8, n: 1 + (n >> 3) }));
  assert.equal(new Set(orderRows(many.toReversed())).size, 400);
});

void test('Lanes finds what was altered, removed, put in or dated back before it was ordered', () => {
  const rows = laneOf(4);
  assert.deepEqual(flawsOf(rows), []);
  assert.deepEqual(flawsOf(rows.filter(({ n }) => n !== 2)), [[3, 'missing']]);
  assert.deepEqual(flawsOf(rows.map((row) => (row.n === 2 ? { ...row, body: '{"x":1}' } : row))), [
    [2, 'altered'],
  ]);
  const rehashed = rows.map((row) =>
    row.n === 2 ? rowOf({ ...row, actor: 'user:2', hash: undefined as unknown as Sha256 }) : row,
  );
  assert.deepEqual(flawsOf(rehashed), [[3, 'not-linked']]);
  assert.deepEqual(flawsOf(laneOf(2, ['2026-01-02T00:00:00.000000Z'])), [[2, 'back-dated']]);
});

void test('leafOf() covers the transaction, which the digest of the entry does not', () => {
  const row = rowOf({});
  assert.ok(!leafOf(row).equals(leafOf({ ...row, xid: '701' })));
});
