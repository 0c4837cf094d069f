// How long a connection is waited for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeWait, type Waiting } from './patience.ts';

const LIMITS = { headBytes: 1, headMs: 10, idleMs: 20, stallMs: 30, answerMs: 40, tunnelMs: 50, lingerMs: 5 };
const IDLE: Waiting = {
  mode: 'http',
  exchange: undefined,
  begun: false,
  clientFull: false,
  clientHeld: false,
  still: 0,
  waited: 0,
};

void test('judgeWait() ends each kind of waiting after its own time', () => {
  const cases: readonly (readonly [Partial<Waiting>, number, ReturnType<typeof judgeWait>])[] = [
    [{}, 20, 'end'],
    [{ begun: true }, 10, 408],
    [{ mode: 'ending' }, 5, 'end'],
    [{ mode: 'tunnel' }, 50, 'end'],
    [{ exchange: { answered: false, sent: true } }, 40, 504],
    [{ exchange: { answered: false, sent: false } }, 30, 408],
    [{ exchange: { answered: false, sent: false }, clientHeld: true }, 30, 504],
    [{ exchange: { answered: true, sent: true }, clientFull: true }, 30, 'end'],
  ];
  for (const [waiting, limit, judged] of cases) {
    const at = (ms: number) => judgeWait({ ...IDLE, ...waiting, still: ms, waited: ms }, LIMITS);
    assert.equal(at(limit), undefined);
    assert.equal(at(limit + 1), judged);
  }
  assert.equal(
    judgeWait({ ...IDLE, exchange: { answered: true, sent: true }, still: 1e9, waited: 1e9 }, LIMITS),
    undefined,
  );
  // A head that comes byte by byte is not waited for longer.
  assert.equal(judgeWait({ ...IDLE, begun: true, still: 0, waited: 11 }, LIMITS), 408);
});
