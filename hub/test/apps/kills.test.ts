// Whatever of those that hold a Space is killed, at whichever step of its start or stop: five seconds later nothing of it is
// left running, and afterwards it is as people wanted it, once and with nothing beside it. What each run had of secrets is on the
// ledger, and that it has ended.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { BatteredSpace, STARTS, STOPS, type Step, type Victim } from './kills.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const MINUTES = 60_000;
const VICTIMS = ['supervisor', 'runner', 'door', 'hub'] as const;
/** Each victim, and each step at least once but for a build, which takes minutes. */
const FEW: Readonly<Record<Victim, readonly Step[]>> = {
  supervisor: ['sandbox made', 'farewell'],
  runner: ['written', 'door started', 'runs', 'farewell'],
  door: ['door started', 'sandbox made', 'app started', 'asked'],
  hub: ['written', 'run made', 'gone'],
};
/** When there is a door to kill. */
const WITH_DOOR: readonly Step[] = [
  'building',
  'door started',
  'sandbox made',
  'app started',
  'runs',
  'asked',
  'farewell',
];

function stepsFor(victim: Victim): readonly Step[] {
  if (!LONG) return FEW[victim];
  return victim === 'door' ? WITH_DOOR : [...STARTS, ...STOPS];
}

void test('a Space outlives what holds it', { timeout: (LONG ? 90 : 20) * MINUTES }, async (t) => {
  await using apps = await openAppInstance('self');
  const space = await BatteredSpace.open(apps);
  const rounds = VICTIMS.flatMap((victim) => stepsFor(victim).map((step) => ({ victim, step })));
  let isWhole = true;
  for (const { victim, step } of rounds)
    // After a round that failed nobody knows what is there.
    if (isWhole)
      await t.test(`${victim} killed at: ${step}`, async (round) => {
        isWhole = false;
        const began = Date.now();
        await space.untilReachKnown();
        const isStop = (STOPS as readonly Step[]).includes(step);
        if (isStop) await space.pause();
        else if (step === 'building') await space.rebuild();
        else await space.push();
        await space.reach(step);
        await space.kill(victim);
        if (victim === 'door' && step === 'building') {
          await space.untilBuildFailed();
          await space.restart();
        }
        if (isStop) {
          await space.untilPaused();
          await space.restart();
        }
        await space.untilServed();
        isWhole = true;
        round.diagnostic(`${Date.now() - began} ms`);
      });
  if (isWhole)
    await t.test('the ledger says of all runs what their apps had, and that it has ended', async (last) => {
      const { runs, seen } = await space.judge();
      assert.ok(seen > VICTIMS.length, `${seen} answered`);
      last.diagnostic(`${runs} runs got secrets, ${seen} of them were seen with them`);
    });
});
