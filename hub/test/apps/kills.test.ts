// Whatever of those that hold a Space is killed, at whichever step of its start or stop: five seconds later nothing of it is
// left running, and afterwards it is as people wanted it, once and with nothing beside it. What each run had of secrets is on the
// ledger, and that it has ended.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openAppInstance } from '../harness/app-instance.ts';
import { isRoot } from '../harness/test-user.ts';
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
/** As an ordinary user, who has neither control groups nor other users to end an app by: each victim, once or twice. */
const FEW_OF_USER: Readonly<Record<Victim, readonly Step[]>> = {
  supervisor: ['sandbox made', 'farewell'],
  runner: ['app started', 'runs'],
  door: ['app started'],
  hub: ['run made'],
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

type Owner = 'self' | 'user';

function stepsFor(owner: Owner, victim: Victim): readonly Step[] {
  if (!LONG) return owner === 'self' ? FEW[victim] : FEW_OF_USER[victim];
  return victim === 'door' ? WITH_DOOR : [...STARTS, ...STOPS];
}

/** Has the Space start or stop, kills one of those that hold it on the way, and waits until all is as it was wanted. */
async function batter(space: BatteredSpace, victim: Victim, step: Step): Promise<void> {
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
}

for (const { owner, who, skip } of [
  { owner: 'self', who: 'whoever runs this', skip: false },
  { owner: 'user', who: 'an ordinary user', skip: !isRoot && 'making that user takes root' },
] as const)
  void test(
    `a Space outlives what holds it, in an instance of ${who}`,
    { skip, timeout: (LONG ? 90 : 20) * MINUTES },
    async (t) => {
      await using apps = await openAppInstance(owner);
      const space = await BatteredSpace.open(apps, { isGrouped: owner === 'self' });
      const rounds = VICTIMS.flatMap((victim) => stepsFor(owner, victim).map((step) => ({ victim, step })));
      let isWhole = true;
      for (const { victim, step } of rounds)
        // After a round that failed nobody knows what is there.
        if (isWhole)
          await t.test(`${victim} killed at: ${step}`, async (round) => {
            isWhole = false;
            const began = Date.now();
            await batter(space, victim, step);
            isWhole = true;
            round.diagnostic(`${Date.now() - began} ms`);
          });
      if (isWhole)
        await t.test(
          'the ledger says of all runs what their apps had, and that it has ended',
          async (last) => {
            const { runs, seen } = await space.judge();
            assert.ok(seen > VICTIMS.length, `${seen} answered`);
            last.diagnostic(`${runs} runs got secrets, ${seen} of them were seen with them`);
          },
        );
    },
  );
