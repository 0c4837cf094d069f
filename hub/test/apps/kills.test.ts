// Whatever of those that hold a Space is killed, at whichever step of its start or stop: five seconds later nothing of it is
// left running, and afterwards it is as people wanted it, once and with nothing beside it. What each run had of secrets is on the
// ledger, and that it has ended.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LEASE_MS, LOST_MS, RENEW_MS } from '@holdfast/kernel/space-lease';
import { openAppInstance } from '../harness/app-instance.ts';
import { isRoot } from '../harness/test-user.ts';
import { BatteredSpace, STARTS, STOPS, type Runtime, type Server, type Step, type Victim } from './kills.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const MINUTES = 60_000;
/** What looking takes on a busy machine. */
const SLACK_MS = 5_000;
const VICTIMS = ['supervisor', 'runner', 'door', 'unheard door', 'hub'] as const;
/**
 * Each victim, and each step at least once but for a build, which takes minutes; of the door each. Of the others only some: one that ends
 * again and again is started later each time.
 */
const FEW: Readonly<Record<Victim, readonly Step[]>> = {
  supervisor: ['sandbox made', 'farewell'],
  runner: ['written', 'door started', 'runs', 'farewell'],
  door: ['door started', 'sandbox made', 'app started', 'runs', 'asked', 'farewell'],
  'unheard door': ['app started'],
  hub: ['written', 'run made', 'gone'],
};
/** As an ordinary user, who has neither control groups nor other users to end an app by: each victim, once or twice. */
const FEW_OF_USER: Readonly<Record<Victim, readonly Step[]>> = {
  supervisor: ['sandbox made', 'farewell'],
  runner: ['app started', 'runs'],
  door: ['app started'],
  'unheard door': ['app started'],
  hub: ['run made'],
};
/** At random, all who have a part in handing values over; each as often as any other. */
const AT_RANDOM: readonly (Victim | Server)[] = ['vault', 'postgres', 'notary', 'door', 'runner', 'hub'];
const RANDOM_KILLS = LONG ? 54 : AT_RANDOM.length;
/** A start takes seconds, and so does an end: from the push to some time after the app was seen. */
const START_MS = 6_000;
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

/** Who runs the instance, and what makes its sandboxes. */
interface Way {
  readonly owner: Owner;
  readonly runtime: Runtime;
}

function stepsFor({ owner, runtime }: Way, victim: Victim): readonly Step[] {
  if (!LONG) return owner === 'self' ? FEW[victim] : FEW_OF_USER[victim];
  // An environment takes a kernel that is a program many minutes, and the build's door is no other there.
  const isWanted = (step: Step): boolean => runtime === 'bubblewrap' || step !== 'building';
  if (victim === 'unheard door') return ['app started', 'runs'];
  return (victim === 'door' ? WITH_DOOR : [...STARTS, ...STOPS]).filter(isWanted);
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

/** Has the Space start, and kills some time later. */
async function batterAtRandom(
  space: BatteredSpace,
  victim: Victim | Server,
  round: TestContext,
): Promise<void> {
  await space.untilReachKnown();
  await space.push();
  const after = Math.random() * START_MS;
  round.diagnostic(`${after.toFixed()} ms after the push`);
  await delay(after);
  await space.kill(victim);
  await space.untilServed();
}

/**
 * Stops the hub, or its database and then kills the hub, for longer than it has its Spaces: what runs is ended by when another hub may begin
 * it, and no sooner than it must.
 */
async function outstay(space: BatteredSpace, victim: 'hub' | 'postgres'): Promise<void> {
  await space.untilReachKnown();
  const began = Date.now();
  const count = async (): Promise<number> => (await space.look()).insides;
  {
    using _halted = await space.halt(victim);
    await delay(LOST_MS - RENEW_MS - SLACK_MS);
    assert.equal(await count(), 1, 'it goes on meanwhile');
    // Who comes after it has no database, and knows nothing of a lease.
    if (victim === 'postgres') await space.kill('hub');
    while ((await count()) > 0) {
      assert.ok(Date.now() < began + LEASE_MS, 'it runs on when another hub may have begun it');
      await delay(200);
    }
  }
  await space.untilServed();
}

interface Round {
  readonly name: string;
  readonly act: (round: TestContext) => Promise<void>;
}

function listRounds(space: BatteredSpace, way: Way): Round[] {
  const atSteps = VICTIMS.flatMap((victim) =>
    stepsFor(way, victim).map((step) => ({
      name: `${victim} killed at: ${step}`,
      act: () => batter(space, victim, step),
    })),
  );
  const victims = Array.from(
    { length: way.owner === 'self' && way.runtime === 'bubblewrap' ? RANDOM_KILLS : 0 },
    (_, n) => AT_RANDOM.at(n % AT_RANDOM.length) ?? 'vault',
  );
  const atRandom = victims.map((victim) => ({
    name: `${victim} killed at random`,
    act: (round: TestContext) => batterAtRandom(space, victim, round),
  }));
  const ofLease = (way.runtime === 'bubblewrap' ? (['hub', 'postgres'] as const) : []).map((victim) => ({
    name: `${victim} stopped for longer than a lease`,
    act: () => outstay(space, victim),
  }));
  return [...ofLease, ...atSteps, ...atRandom];
}

const isDeep = LONG && existsSync('/usr/bin/runsc');

for (const { owner, runtime, who, skip } of [
  { owner: 'self', runtime: 'bubblewrap', who: 'whoever runs this', skip: false },
  {
    owner: 'user',
    runtime: 'bubblewrap',
    who: 'an ordinary user',
    skip: !isRoot && 'making that user takes root',
  },
  {
    owner: 'self',
    runtime: 'gvisor',
    who: 'whoever runs this',
    skip: !isDeep && 'it is one of the long proofs',
  },
] as const)
  void test(
    `a Space outlives what holds it, in an instance of ${who}, under ${runtime}`,
    { skip, timeout: (LONG ? 90 : 20) * MINUTES },
    async (t) => {
      await using apps = await openAppInstance(owner);
      const space = await BatteredSpace.open(apps, { isGrouped: owner === 'self' });
      if (runtime === 'gvisor') await space.move(runtime);
      let isWhole = true;
      for (const { name, act } of listRounds(space, { owner, runtime }))
        // After a round that failed nobody knows what is there.
        if (isWhole)
          await t.test(name, async (round) => {
            isWhole = false;
            const began = Date.now();
            await act(round);
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
