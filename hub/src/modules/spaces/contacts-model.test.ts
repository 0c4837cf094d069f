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
