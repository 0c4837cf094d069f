// What a run reached, before it is recorded.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Reached } from './contacts-model.ts';

void test('what can never be written is dropped, and what was said beside it is not', () => {
  const reached = new Reached();
  const one = { port: 443, first: 1, last: 2, connections: 1, sentBytes: 1 };
  reached.hear({
    hosts: [
      // Past the years that are written with four digits, and past those that there are.
      { ...one, host: 'year.org', last: 253_402_300_800_000 },
      { ...one, host: 'never.org', first: Number.MAX_SAFE_INTEGER },
      { ...one, host: 'a\0.org' },
      { ...one, host: 'a.org' },
    ],
    unanswered: 0,
    ended: true,
  });
  const due = reached.due(0);
  assert.deepEqual(
    due?.hosts.map(({ host }) => host),
    ['a.org'],
  );
  reached.record(due, 0);
  assert.ok(reached.isDone);
});

void test('what came is recorded with what went, no sooner and no more often', () => {
  const reached = new Reached();
  const one = { host: 'a.org', port: 443, first: 1, last: 2, connections: 1, sentBytes: 1 };
  const hear = (receivedBytes: number): void =>
    reached.hear({ hosts: [{ ...one, receivedBytes }], unanswered: 0, ended: false });
  hear(1);
  reached.record(reached.due(0) ?? assert.fail(), 0);
  for (let n = 2; n < 1_000; n += 1) {
    hear(n);
    assert.equal(reached.due(n * 100), undefined);
  }
  assert.equal(reached.due(600_000)?.hosts[0]?.receivedBytes, 999);
});

void test('what passed in all is of every host of the run, and what came is known where it is of each', () => {
  const reached = new Reached();
  const one = { port: 443, first: 1, last: 2, connections: 1 };
  const [a, b] = [
    { ...one, host: 'a.org', sentBytes: 5, receivedBytes: 7 },
    { ...one, host: 'b.org', sentBytes: 1, receivedBytes: 2 },
  ];
  reached.meet([a, b], 0);
  assert.deepEqual(reached.passedWith([{ ...a, sentBytes: 6 }]), { sent: 7, received: 9 });
  assert.deepEqual(reached.passedWith([{ ...b, receivedBytes: undefined }]), {
    sent: 6,
    received: undefined,
  });
});

void test('what came from hosts that are one on record is added up, as far as numbers go, where it is known of each', () => {
  const one = { port: 443, first: 1, last: 2, connections: 1, sentBytes: 1 };
  const receivedOf = (...all: readonly (number | undefined)[]): number | undefined => {
    const reached = new Reached();
    const hosts = all.map((receivedBytes, n) => ({
      ...{ ...one, host: `glpat-${String(n).repeat(20)}.one.example`, receivedBytes },
    }));
    reached.hear({ hosts, unanswered: 0, ended: false });
    const [shown, ...more] = reached.due(0)?.hosts ?? [];
    assert.equal(more.length, 0);
    return shown?.receivedBytes;
  };
  assert.equal(receivedOf(5, 7), 12);
  assert.equal(receivedOf(5, undefined), undefined);
  assert.equal(receivedOf(Number.MAX_SAFE_INTEGER, 7), Number.MAX_SAFE_INTEGER);
});
