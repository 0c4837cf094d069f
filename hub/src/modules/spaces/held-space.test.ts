// What the hub makes of what is said of a Space that it has.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { TOLD } from '@holdfast/kernel/told/told';
import { HeldSpace } from './held-space.ts';
import { LogRoom } from './log-ring.ts';
import { type RunStage, type Serving, type Told } from './model.ts';

const ROW = {
  repoId: 'a'.repeat(24) as Id,
  program: true,
  generation: 2,
  factory: 0,
  takenBack: 0,
  holder: 'me',
} as const;

function open(): HeldSpace {
  return new HeldSpace({ ...ROW, told: undefined }, new LogRoom());
}

function servingOf(letter: string): Serving {
  return { run: letter.repeat(24) as Id, commit: letter.repeat(40) as Sha1, startedAt: new Date(0) };
}

function told(generation: number, stage: RunStage, serving: Serving | null): Told {
  return { generation, stage, message: null, serving };
}

void test('tell() takes from what is said of an older wish who is served, and that it sleeps', () => {
  const space = open();
  space.refuse('no');
  const one = servingOf('1');
  assert.deepEqual(space.tell(told(1, 'RUNNING', one)), {
    ...{ generation: 2, stage: 'BUILD_ERROR', message: 'no', serving: one },
  });
  assert.equal(space.sleeps, false);
  assert.equal(space.tell(told(1, 'SLEEPING', null))?.stage, 'BUILD_ERROR');
  assert.deepEqual([space.sleeps, space.told?.serving], [true, null]);
  assert.equal(space.tell(told(3, 'RUNNING', one)), undefined);
});

void test('commits of runs that were replaced are read until they have ended', () => {
  const space = open();
  const [one, two] = [servingOf('1'), servingOf('2')];
  space.tell(told(1, 'RUNNING', one));
  space.tell(told(2, 'RUNNING', two));
  assert.deepEqual([...new Set(space.commits)].toSorted(), [one.commit, two.commit]);
  space.endRun(one.run);
  assert.deepEqual([...new Set(space.commits)], [two.commit]);
  assert.deepEqual(space.endRuns(), {
    ...{ generation: 2, stage: 'APP_STARTING', message: null, serving: null },
  });
  assert.deepEqual([space.runs, space.commits], [[], []]);
});

void test('endRuns() leaves a Space asleep that slept', () => {
  const space = open();
  space.tell(told(2, 'SLEEPING', null));
  assert.equal(space.endRuns()?.stage, 'SLEEPING');
  assert.equal(space.sleeps, true);
});

void test('update() with another generation ends that nothing is to run', () => {
  const space = open();
  space.rest();
  space.update({ ...ROW, told: undefined });
  assert.equal(space.resting, true);
  space.update({ ...ROW, generation: 3, told: undefined });
  assert.equal(space.resting, false);
});

void test('retryAfter() waits twice as long each time, to a bound, and from the beginning for another wish', () => {
  const space = open();
  const waits = Array.from({ length: 8 }, () => {
    space.retryAfter(0);
    let at = 0;
    while (!space.isDue(at)) at += 1_000;
    return at / 1_000;
  });
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 300, 300]);
  space.update({ ...ROW, generation: 3, told: undefined });
  space.retryAfter(0);
  assert.equal(space.isDue(5_000), true);
});

void test('refuse() goes on saying that what ran was ended for a deleted secret, however often it is tried, and after a restart of the hub', () => {
  const [one, taken] = [servingOf('1'), TOLD['app.taken-back']];
  // A hub that was started anew, and has sent nothing yet: it says so once the runner has ended it, and not before.
  const space = new HeldSpace(
    { ...ROW, takenBack: 2, told: { ...told(1, 'RUNNING', one), message: null } },
    new LogRoom(),
  );
  assert.deepEqual([space.refuse('no').message, space.told?.serving], ['no', one]);
  const ended = { ...told(1, 'STOPPED', null), message: taken };
  const after = { generation: 2, stage: 'BUILD_ERROR', message: `${taken}\nno`, serving: null };
  assert.deepEqual(space.tell(ended), after);
  // It is said once, though it is told twice: when it is to end, and when it has.
  assert.deepEqual(space.tell(ended), after);
  assert.equal(space.refuse('still no').message, `${taken}\nstill no`);
  const next = new HeldSpace({ ...ROW, takenBack: 2, told: space.told }, new LogRoom());
  assert.equal(next.refuse('no again').message, `${taken}\nno again`);
  next.update({ ...ROW, generation: 3, takenBack: 2, told: undefined });
  assert.equal(next.refuse('no').message, `${taken}\nno`);
  next.tell(told(3, 'BUILDING', null));
  assert.equal(next.refuse('no').message, 'no', 'something followed');
});

void test('refuse() says nothing of a deleted secret where the runner ended nothing', () => {
  const one = servingOf('1');
  const space = new HeldSpace({ ...ROW, takenBack: 2, told: told(1, 'SLEEPING', null) }, new LogRoom());
  assert.equal(space.refuse('no').message, 'no');
  assert.equal(space.sleeps, true);
  // Woken, it was started without the secret, and goes on.
  assert.equal(space.tell(told(1, 'RUNNING', one))?.message, 'no');
  assert.deepEqual(space.refuse('no'), { generation: 2, stage: 'BUILD_ERROR', message: 'no', serving: one });
  // It ended for another reason.
  assert.equal(space.tell(told(1, 'STOPPED', null))?.message, 'no');
});
