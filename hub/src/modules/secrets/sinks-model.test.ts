// Who held a version is told from what was recorded, and not made less by what is said later.
import assert from 'node:assert/strict';
import test from 'node:test';
import { holdersOf, type SinkEntry } from './sinks-model.ts';

const RUN = '5'.repeat(24);

function entriesOf(...kinds: string[]): SinkEntry[] {
  return kinds.map((kind, n) => ({
    ...{ hash: `h${n}`, at: new Date(n * 1000), kind: `secret.${kind}`, actor: 'vault' },
    body: JSON.stringify({ run: RUN, holder: 'sandbox' }),
  }));
}

void test('holdersOf() tells how possession ended, and believes no abort of what was delivered', () => {
  const cases: [string[], string | null | undefined][] = [
    [['set'], undefined],
    [['released'], null],
    [['released', 'delivered'], null],
    [['released', 'delivered', 'ended'], 'ended'],
    [['released', 'aborted'], 'aborted'],
    [['released', 'delivered', 'aborted'], 'ended'],
    [['released', 'aborted', 'ended'], 'aborted'],
    [['echoed', 'aborted'], 'ended'],
    [['released', 'aborted', 'echoed'], 'ended'],
    [['delivered', 'ended'], undefined],
  ];
  for (const [kinds, expected] of cases) {
    const [holder] = holdersOf(entriesOf(...kinds));
    assert.equal(holder && (holder.ended?.how ?? null), expected, kinds.join());
  }
});
