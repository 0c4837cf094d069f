// An organisation keeps somebody who administers it and reaches it: who is disabled, or lacks the second factor that it asks for,
// is not counted, on no way by which the last one could go, and not of two who go at the same time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isFault } from '@holdfast/kernel/fault';
import { type Role, type UserActor } from '../../../src/modules/access/index.ts';
import { changeMembership, PolicyReader } from '../../../src/modules/identity/index.ts';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { codeOf } from '../../harness/second-factor.ts';
import { OPERATOR, openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { signInAs, visitAs } from '../../harness/sign-in.ts';

const ACME = 'acme';
const failsWith = (code: string) => (error: unknown) => isFault(error, code);

type People = Readonly<Record<string, { readonly role: Role; readonly factor: boolean }>>;

/** A hub with an organisation of these people, the first of whom made it; it asks for a second factor. */
async function openAcme(people: People) {
  const hub = await openServedHub();
  const [first = ''] = Object.keys(people);
  for (const name of Object.keys(people)) await signInAs(hub, name);
  const org = await hub.modules.identity.createOrg(OPERATOR, { name: ACME, owner: first });
  const actors = new Map<string, UserActor>();
  for (const [name, { role, factor }] of Object.entries(people)) {
    if (name !== first) await hub.modules.members.put(OPERATOR, { org: ACME, user: name, role });
    const { actor, account } = await visitAs(hub, name);
    if (factor) await setUp(hub, actor, account.name);
    actors.set(name, actor);
  }
  if (people[first]?.factor === true) await hub.modules.orgPolicies.requireSecondFactor(OPERATOR, ACME, true);
  const of = (name: string): UserActor => {
    const actor = actors.get(name);
    assert.ok(actor);
    return actor;
  };
  return { hub, org, of };
}

async function setUp(hub: ServedHub, actor: UserActor, name: string): Promise<void> {
  const { secondFactors } = hub.modules;
  const { key } = await secondFactors.begin(actor, actor.userId, { user: name, host: 'hub' });
  await secondFactors.confirm(actor, actor.userId, codeOf(key, hub.now()));
}

const OWNER_AND_ONE_WITHOUT: People = {
  ada: { role: 'admin', factor: true },
  bob: { role: 'admin', factor: false },
  carl: { role: 'write', factor: false },
};

void test('the last owner who has the second factor that an organisation asks for does not go', async () => {
  const { hub, of } = await openAcme(OWNER_AND_ONE_WITHOUT);
  await using _hub = hub;
  const { members, namespaces, secondFactors, identity } = hub.modules;
  const [ada, operator] = [of('ada'), OPERATOR];
  const wish = { org: ACME, user: 'ada' };
  for (const [way, act] of Object.entries({
    'gives it to who has none': () => members.transfer(ada, { org: ACME, user: 'bob' }),
    'gives it to a member who has none': () => members.transfer(ada, { org: ACME, user: 'carl' }),
    leaves: () => members.leave(ada, ACME),
    'takes their own role': () => members.put(ada, { ...wish, role: 'write' }),
    'loses the role': () => members.put(operator, { ...wish, role: 'write' }),
    'is taken down to another role': () => members.lower(operator, { ...wish, role: 'read' }, hub.now()),
    'is removed': () => members.remove(operator, wish),
    'deletes their account': () => namespaces.delete(ada, { kind: 'user', name: 'ada' }),
  }))
    await assert.rejects(act, failsWith('org.last-owner'), way);
  await assert.rejects(secondFactors.remove(ada, ada.userId), failsWith('org.last-factor'));
  assert.ok(await secondFactors.isNeeded(ada.userId), 'it is still asked for');
  // Who owns and cannot is no loss; neither is another member.
  await members.remove(ada, { org: ACME, user: 'carl' });
  await members.remove(ada, { org: ACME, user: 'bob' });
  await assert.rejects(members.leave(ada, ACME), failsWith('org.last-owner'));
  assert.deepEqual(await identity.disableUser(OPERATOR, 'bob'), []);
});

void test('who has the second factor, too, takes their place', async () => {
  const { hub, of } = await openAcme({ ...OWNER_AND_ONE_WITHOUT, bob: { role: 'admin', factor: true } });
  await using _hub = hub;
  const { members, secondFactors } = hub.modules;
  const [ada, bob] = [of('ada'), of('bob')];
  await secondFactors.remove(ada, ada.userId);
  await assert.rejects(secondFactors.remove(bob, bob.userId), failsWith('org.last-factor'));
  await assert.rejects(members.leave(bob, ACME), failsWith('org.last-owner'));
  await hub.modules.orgPolicies.requireSecondFactor(bob, ACME, false);
  await secondFactors.remove(bob, bob.userId);
  await members.leave(bob, ACME);
});

void test('an organisation is not made to ask for a second factor that nobody who administers it has', async () => {
  const { hub, of } = await openAcme({
    ada: { role: 'admin', factor: false },
    bob: { role: 'write', factor: true },
  });
  await using _hub = hub;
  const { orgPolicies } = hub.modules;
  const ask = async (actor: typeof OPERATOR | UserActor): Promise<void> =>
    await orgPolicies.requireSecondFactor(actor, ACME, true);
  await assert.rejects(ask(OPERATOR), failsWith('org.last-factor'));
  await assert.rejects(ask(of('ada')), failsWith('org.policy-own-factor'));
  assert.equal((await orgPolicies.get(OPERATOR, ACME)).requiresSecondFactor, false);
  await hub.modules.members.put(OPERATOR, { org: ACME, user: 'bob', role: 'admin' });
  await ask(OPERATOR);
});

void test('who runs the hub disables the last owner all the same, is told, and says who is the next', async () => {
  const { hub, org, of } = await openAcme(OWNER_AND_ONE_WITHOUT);
  await using _hub = hub;
  const { identity, members, secondFactors, db } = hub.modules;
  const kinds = async (): Promise<string[]> =>
    (await new LedgerReader(db).listOfSubject(`account:${org.id}`)).map(({ kind }) => kind);
  assert.deepEqual(await secondFactors.remove(OPERATOR, of('ada').userId), [ACME]);
  await setUp(hub, of('ada'), 'ada');
  assert.deepEqual(await identity.disableUser(OPERATOR, 'ada'), [ACME]);
  assert.deepEqual(await identity.disableUser(OPERATOR, 'ada'), [], 'it was left so before');
  assert.equal((await kinds()).filter((kind) => kind === 'org.left-ownerless').length, 2);
  // What takes access away still does, and takes nothing from who owned it.
  await members.remove(OPERATOR, { org: ACME, user: 'carl' });
  await assert.rejects(members.remove(OPERATOR, { org: ACME, user: 'ada' }), failsWith('org.last-owner'));
  const { actor } = await visitAs(hub, 'dora');
  await setUp(hub, actor, 'dora');
  await members.put(OPERATOR, { org: ACME, user: 'dora', role: 'admin' });
  await members.remove(OPERATOR, { org: ACME, user: 'ada' });
  await assert.rejects(secondFactors.remove(actor, actor.userId), failsWith('org.last-factor'));
});

void test('groups of an issuer take the last owner who reaches it from no organisation', async () => {
  const { hub, org, of } = await openAcme(OWNER_AND_ONE_WITHOUT);
  await using _hub = hub;
  const { db, clock, epochs } = hub.modules;
  const follow = async (name: string, role: Role | null): Promise<boolean> =>
    await db.transaction((tx) =>
      changeMembership(tx, { clock, epochs }, { org, userId: of(name).userId, role }),
    );
  assert.equal(await follow('ada', null), false);
  assert.equal(await follow('ada', 'read'), false);
  assert.equal(await follow('bob', 'read'), true, 'one who does not reach it is no loss');
});

/** Has the first get as far as it can while nobody's change is done, and then the second; gives what became of each. */
async function whileFirstWaits(
  hub: ServedHub,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<string[]> {
  // Every change of what people may do moves this counter, late.
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = hub.modules.db.transaction(async (tx) => {
    await hub.modules.epochs.advance(tx, 'identity');
    held.resolve();
    await release.promise;
  });
  await held.promise;
  const acts = [first()];
  await wait(200);
  acts.push(second());
  // Heard from here on: whoever is refused may be before the one who held them all is done.
  const ending = Promise.allSettled(acts);
  await wait(200);
  release.resolve();
  await holding;
  const outcomes = await ending;
  return outcomes.map((one) => {
    if (one.status === 'fulfilled') return 'done';
    return isFault(one.reason) ? one.reason.code : String(one.reason);
  });
}

const BOTH: People = {
  ada: { role: 'admin', factor: true },
  bob: { role: 'admin', factor: true },
};

for (const [way, { people, acts, outcomes }] of Object.entries({
  'gives up the second factor, the other leaves': {
    people: BOTH,
    acts: ({ hub, of }: Scene) => [
      () => hub.modules.secondFactors.remove(of('ada'), of('ada').userId),
      () => hub.modules.members.leave(of('bob'), ACME),
    ],
    outcomes: ['done', 'org.last-owner'],
  },
  'leaves, the other gives up the second factor': {
    people: BOTH,
    acts: ({ hub, of }: Scene) => [
      () => hub.modules.members.leave(of('bob'), ACME),
      () => hub.modules.secondFactors.remove(of('ada'), of('ada').userId),
    ],
    outcomes: ['done', 'org.last-factor'],
  },
  'and the other give up the second factor': {
    people: BOTH,
    acts: ({ hub, of }: Scene) => [
      () => hub.modules.secondFactors.remove(of('ada'), of('ada').userId),
      () => hub.modules.secondFactors.remove(of('bob'), of('bob').userId),
    ],
    outcomes: ['done', 'org.last-factor'],
  },
  'is disabled, the other leaves': {
    people: BOTH,
    acts: ({ hub, of }: Scene) => [
      () => hub.modules.identity.disableUser(OPERATOR, 'ada'),
      () => hub.modules.members.leave(of('bob'), ACME),
    ],
    outcomes: ['done', 'org.last-owner'],
  },
  'is given it and gives up the second factor': {
    people: { ...BOTH, bob: { role: 'write', factor: true } },
    acts: ({ hub, of }: Scene) => [
      () => hub.modules.members.transfer(of('ada'), { org: ACME, user: 'bob' }),
      () => hub.modules.secondFactors.remove(of('bob'), of('bob').userId),
    ],
    outcomes: ['done', 'org.last-factor'],
  },
  'gives up the second factor, and it is asked for': {
    people: { ada: { role: 'admin', factor: true } },
    acts: ({ hub, of }: Scene) => [
      () => hub.modules.secondFactors.remove(of('ada'), of('ada').userId),
      () => hub.modules.orgPolicies.requireSecondFactor(OPERATOR, ACME, true),
    ],
    outcomes: ['done', 'org.last-factor'],
  },
} satisfies Record<string, Race>))
  void test(`at the same time: one ${way}`, async () => {
    const { hub, org, of } = await openAcme(people);
    await using _hub = hub;
    if (!('bob' in people)) await hub.modules.orgPolicies.requireSecondFactor(OPERATOR, ACME, false);
    const [first, second] = acts({ hub, of });
    assert.ok(first && second);
    assert.deepEqual(await whileFirstWaits(hub, first, second), outcomes);
    assert.notDeepEqual(await new PolicyReader(hub.modules.db).listAdministrators(org.id), []);
  });

interface Scene {
  readonly hub: ServedHub;
  readonly of: (name: string) => UserActor;
}
interface Race {
  readonly people: People;
  readonly acts: (scene: Scene) => (() => Promise<unknown>)[];
  readonly outcomes: readonly string[];
}
