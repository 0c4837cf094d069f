// Who stands behind at the processors, by what they used.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Turn, Turns } from './turns.ts';

/** What is said of a program each second; called with how many processors it uses in each of the next. */
function follow(): (seconds: readonly number[]) => (Turn | undefined)[] {
  const turns = new Turns(0);
  let [cpuMs, at] = [0, 0];
  return (seconds) =>
    seconds.map((used) => {
      cpuMs += used * 1_000;
      at += 1_000;
      return turns.note(cpuMs, at);
    });
}

void test('who takes two processors stands behind after a second, and no more a while after it was content', () => {
  const next = follow();
  assert.deepEqual(next([2, 2, 2, 2]), ['behind', undefined, undefined, undefined]);
  const quiet = next(Array<number>(10).fill(0));
  assert.equal(quiet.filter((turn) => turn !== undefined).join(), 'usual');
  assert.ok(quiet.indexOf('usual') > 2, 'who was busy just now may be so again');
});

void test('who answers visitors stands where it stood, also where it starts with some work', () => {
  const said = follow()([0.6, 0.3, 0.1, 0.2, 0.1, 0.2, 0.1]);
  assert.deepEqual(new Set(said), new Set([undefined]));
});

void test('whose processes end, and are counted no more, has used nothing by that', () => {
  const turns = new Turns(0);
  turns.note(2_000, 1_000);
  assert.equal(turns.note(0, 2_000), undefined);
  assert.equal(turns.note(500, 2_000), undefined, 'no time passed');
});
