// What a door looks for in answers is what it has, and no more. The test is the vault.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeSealingPair, openSealing } from '@holdfast/kernel/sealing';
import { VAULT_TO_DOOR, writeGrant, type GrantedSecret } from '../lease.ts';
import { Broker } from './broker.ts';

const RUN = 'run-of-a-test';
const [ONE, TWO, THREE] = ['1'.repeat(24), '2'.repeat(24), '3'.repeat(24)];

function secretOf(version: string, name: string): GrantedSecret {
  const value = Buffer.from(`sk-proj-${version}`);
  return {
    ...{ version, name, placeholder: `sk-proj-held-${version}`, hosts: ['api.openai.com'] },
    ...{ places: [{ in: 'basic', part: 'user' }], provider: null, bytes: value.length, value },
  };
}

function open() {
  const clock = { now: 1_000 };
  const vault = makeSealingPair();
  const broker = new Broker({
    secrets: { run: RUN, vault: vault.publicKey },
    send: () => undefined,
    now: () => clock.now,
    date: () => Date.now(),
  });
  const to = openSealing(vault, broker.identity.key, VAULT_TO_DOOR);
  let number = 0;
  const send = (kind: 'grant' | 'word', bytes: Buffer): void => {
    broker.receive({ type: 'box', kind, box: to.seal(bytes, RUN) });
  };
  return {
    ...{ broker, clock },
    grant: (secrets: readonly GrantedSecret[], lasting: readonly string[] = []): void => {
      number += 1;
      send('grant', writeGrant({ number, secrets, lasting }));
    },
    alive: (versions: readonly string[], lasting: readonly string[] = []): void => {
      number += 1;
      send('word', Buffer.from(JSON.stringify({ type: 'alive', number, versions, lasting })));
    },
    /** What is found of three values, each in a form of its own. */
    found: (): readonly (string | undefined)[] =>
      [ONE, TWO, THREE].map((version, at) =>
        broker.values.findIn(
          Buffer.from(`sk-proj-${version}`).toString((['utf8', 'hex', 'base64'] as const)[at]),
        ),
      ),
  };
}

void test('forms of a value are looked for from its grant until it is in no word', () => {
  const { broker, grant, alive, found } = open();
  using _broker = broker;
  assert.deepEqual(found(), [undefined, undefined, undefined]);
  grant([secretOf(ONE, 'A'), secretOf(THREE, 'B')]);
  assert.deepEqual(found(), [ONE, undefined, THREE]);
  grant([secretOf(TWO, 'A'), secretOf(THREE, 'B')], [ONE]);
  assert.deepEqual(found(), [ONE, TWO, THREE]);
  const { values } = broker;
  alive([TWO, THREE], [ONE]);
  assert.equal(broker.values, values, 'it is built anew only where something changed');
  alive([TWO, THREE]);
  assert.deepEqual(found(), [undefined, TWO, THREE], 'its overlap is over');
  alive([TWO]);
  assert.deepEqual(found(), [undefined, TWO, undefined], 'it was deleted');
});

void test('silence has them forgotten with the values', async () => {
  const { broker, clock, grant, found } = open();
  using _broker = broker;
  grant([secretOf(ONE, 'A'), secretOf(TWO, 'B')]);
  clock.now += 29_999;
  await delay(500);
  assert.deepEqual(found(), [ONE, TWO, undefined]);
  clock.now += 1;
  for (let waited = 0; waited < 30_000 && found().some((one) => one !== undefined); waited += 50)
    await delay(50);
  assert.deepEqual(found(), [undefined, undefined, undefined]);
});
