// Leases by a clock that the test moves.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { DoorWord, Grant, Route } from '../lease.ts';
import { Leases, type Permit } from './leases.ts';

const ONE = '1'.repeat(24);
const TWO = '2'.repeat(24);
const ROUTE: Route = { host: 'api.openai.com', method: 'POST', template: '/v1/chat/completions' };

function grant(number: number, ...versions: readonly string[]): Grant {
  const secrets = versions.map((version) => ({
    ...{ version, name: 'KEY', placeholder: `placeholder-${version}`, hosts: [ROUTE.host], places: [] },
    ...{ provider: null, bytes: 5, value: Buffer.from('value') },
  }));
  return { number, secrets, lasting: [] };
}

function open() {
  const said: DoorWord[] = [];
  const clock = { now: 1_000 };
  const leases = new Leases({ now: () => clock.now, say: (word) => said.push(word) });
  let number = 0;
  const alive = (...versions: readonly string[]): void => {
    number += 1;
    leases.hear({ type: 'alive', number, versions: [...versions], lasting: [] });
  };
  const answer = (ask: number, uses: number, seconds = 60): void => {
    number += 1;
    leases.hear({ type: 'answer', number, ask, uses, seconds, why: uses === 0 ? 'too many' : null });
  };
  return { said, clock, leases, alive, answer };
}

function carrier(destroy: () => unknown) {
  return Object.assign(new EventEmitter(), { destroy });
}

const kindOf = async (permit: Permit | Promise<Permit>): Promise<string> => (await permit).kind;

void test('a use waits until the vault has said that it stands', async () => {
  const { said, leases, answer } = open();
  assert.equal(leases.secrets, undefined);
  leases.accept(grant(1, ONE));
  const first = leases.use(ONE, ROUTE);
  assert.ok(first instanceof Promise);
  assert.deepEqual(said, [{ type: 'ask', number: 1, version: ONE, route: ROUTE }]);
  answer(1, 3);
  assert.equal(await kindOf(first), 'granted');
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'granted');
  assert.equal(said.length, 1);
  // The third is the last: its lease is closed, and the next asks again.
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'granted');
  assert.deepEqual(said.at(-1), { type: 'used', number: 2, ask: 1, uses: 3 });
  void leases.use(ONE, ROUTE);
  assert.equal(said.at(-1)?.type, 'ask');
});

void test('a lease that runs out is closed with its exact count', async () => {
  const { said, clock, leases, alive, answer } = open();
  leases.accept(grant(1, ONE));
  const first = leases.use(ONE, ROUTE);
  answer(1, 100, 1);
  await first;
  clock.now += 1_000;
  alive(ONE);
  leases.tick();
  assert.deepEqual(said.at(-1), { type: 'used', number: 2, ask: 1, uses: 1 });
  const again = leases.use(ONE, ROUTE);
  answer(3, 5, 1);
  await again;
  clock.now += 1_500;
  alive(ONE);
  void leases.use(ONE, ROUTE);
  assert.deepEqual(
    said.slice(-2).map(({ type }) => type),
    ['used', 'ask'],
  );
});

void test('more who wait than are allowed ask again, and each use is counted once', async () => {
  const { said, leases, answer } = open();
  leases.accept(grant(1, ONE));
  const waiting = [1, 2, 3].map(async () => await leases.use(ONE, ROUTE));
  answer(1, 2);
  await new Promise(setImmediate);
  assert.deepEqual(
    said.map(({ type }) => type),
    ['ask', 'used', 'ask'],
  );
  answer(3, 5);
  const permits = await Promise.all(waiting);
  assert.deepEqual(
    permits.map(({ kind }) => kind),
    ['granted', 'granted', 'granted'],
  );
});

void test('no answer and a refusal use nothing', async () => {
  const { said, clock, leases, alive, answer } = open();
  leases.accept(grant(1, ONE));
  const refused = leases.use(ONE, ROUTE);
  answer(1, 0);
  assert.deepEqual(await refused, { kind: 'refused', why: 'too many' });
  const late = leases.use(ONE, ROUTE);
  for (let half = 0; half < 10; half += 1) {
    clock.now += 500;
    alive(ONE);
    leases.tick();
  }
  assert.equal(await kindOf(late), 'refused');
  answer(2, 7);
  assert.deepEqual(said.at(-1), { type: 'used', number: 3, ask: 2, uses: 0 });
});

void test('two seconds of silence end every use, a word begins it again, and thirty overwrite the values', async () => {
  const { clock, leases, alive, answer } = open();
  const given = grant(1, ONE);
  leases.accept(given);
  const first = leases.use(ONE, ROUTE);
  answer(1, 100);
  await first;
  clock.now += 1_999;
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'granted');
  clock.now += 1;
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'refused');
  alive(ONE);
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'granted');
  let closed = 0;
  leases.carry(
    ONE,
    carrier(() => (closed += 1)),
  );
  clock.now += 30_000;
  leases.tick();
  assert.equal(given.secrets[0]?.value.toString('hex'), '0000000000');
  assert.equal(closed, 1);
  alive(ONE);
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'refused');
  assert.equal(leases.secrets?.length, 1);
});

void test('answers alone keep no value: who asks all the time is told silence and cut as others are', async () => {
  const { said, clock, leases, alive, answer } = open();
  const given = grant(1, ONE, TWO);
  leases.accept(given);
  let closed = 0;
  leases.carry(
    TWO,
    carrier(() => (closed += 1)),
  );
  const first = leases.use(ONE, ROUTE);
  for (let second = 0; second < 30; second += 1) {
    clock.now += 1_000;
    answer(said.at(-1)?.number ?? 0, second === 0 ? 100 : 0);
    leases.tick();
    if (second === 0) assert.equal(await kindOf(first), 'granted');
    else assert.match(JSON.stringify(await leases.use(ONE, ROUTE)), second < 29 ? /silent/ : /revoked/);
  }
  assert.equal(closed, 1);
  assert.equal(given.secrets[1]?.value.toString('hex'), '0000000000');
  alive(ONE, TWO);
  assert.deepEqual(leases.values, []);
});

void test('a version that is missing is overwritten, and what carried it is closed', async () => {
  const { said, leases, alive, answer } = open();
  const given = grant(1, ONE, TWO);
  leases.accept(given);
  const first = leases.use(ONE, ROUTE);
  answer(1, 100);
  await first;
  const waiting = leases.use(TWO, ROUTE);
  const closed: string[] = [];
  leases.carry(
    ONE,
    carrier(() => closed.push('one')),
  );
  const ended = carrier(() => closed.push('ended'));
  leases.carry(ONE, ended);
  ended.emit('close');
  leases.carry(
    TWO,
    carrier(() => closed.push('two')),
  );
  alive(TWO);
  assert.deepEqual(closed, ['one']);
  assert.deepEqual(said.at(-1), { type: 'used', number: 3, ask: 1, uses: 1 });
  assert.equal(given.secrets[0]?.value.toString('hex'), '0000000000');
  alive();
  assert.deepEqual(closed, ['one', 'two']);
  assert.deepEqual(await waiting, { kind: 'refused', why: 'it was revoked' });
  // What begins to carry it after that is closed, too.
  leases.carry(
    TWO,
    carrier(() => closed.push('late')),
  );
  assert.deepEqual(closed, ['one', 'two', 'late']);
  assert.deepEqual(leases.values, []);
});

void test('what is under way with a value that another one replaced goes on until it is in no word, and nothing begins', async () => {
  const { said, leases, answer } = open();
  const before = grant(1, ONE);
  leases.accept(before);
  const first = leases.use(ONE, ROUTE);
  answer(1, 100);
  await first;
  const closed: string[] = [];
  leases.carry(
    ONE,
    carrier(() => closed.push('under way')),
  );
  const reused = carrier(() => closed.push('used again'));
  leases.carry(ONE, reused);
  assert.ok(leases.accept({ ...grant(2, TWO), lasting: [ONE] }));
  assert.deepEqual(closed, []);
  assert.deepEqual(said.at(-1), { type: 'used', number: 2, ask: 1, uses: 1 });
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'refused');
  assert.deepEqual([leases.mayGoOn(ONE), leases.mayGoOn(TWO)], [true, true]);
  // It is looked for in answers as long.
  assert.deepEqual(
    leases.values.map(({ version }) => version),
    [ONE, TWO],
  );
  leases.carry(TWO, reused);
  leases.hear({ type: 'alive', number: 20, versions: [TWO], lasting: [ONE] });
  assert.deepEqual(closed, []);
  leases.hear({ type: 'alive', number: 21, versions: [TWO], lasting: [] });
  assert.deepEqual(closed, ['under way']);
  assert.equal(before.secrets[0]?.value.toString('hex'), '0000000000');
  assert.deepEqual([leases.mayGoOn(ONE), leases.mayGoOn(TWO)], [false, true]);
});

void test('an old box that is sent again changes nothing', async () => {
  const { leases } = open();
  assert.ok(leases.accept(grant(2, ONE)));
  assert.equal(leases.accept(grant(2, ONE, TWO)), false);
  assert.ok(leases.hear({ type: 'alive', number: 5, versions: [], lasting: [] }));
  assert.equal(leases.hear({ type: 'alive', number: 5, versions: [ONE], lasting: [] }), false);
  assert.equal(leases.hear({ type: 'alive', number: 4, versions: [ONE], lasting: [] }), false);
  assert.equal(await kindOf(leases.use(ONE, ROUTE)), 'refused');
  // A grant that comes later gives it back, as after a rotation that was undone.
  assert.ok(leases.accept(grant(3, ONE, TWO)));
  assert.equal(leases.values.length, 2);
  assert.ok(leases.accept(grant(4, TWO)));
  assert.deepEqual(
    leases.values.map(({ version }) => version),
    [TWO],
  );
});

void test('carry() takes nothing for what was permitted before the vault fell silent, or took it back', async () => {
  const { clock, leases, alive, answer } = open();
  leases.accept(grant(1, ONE, TWO));
  const first = leases.use(ONE, ROUTE);
  answer(1, 100);
  assert.equal(await kindOf(first), 'granted');
  const closed: string[] = [];
  const one = carrier(() => closed.push('one'));
  clock.now += 1_999;
  assert.equal(leases.carry(ONE, one), true);
  // The connection took so long to make.
  clock.now += 1;
  assert.equal(
    leases.carry(
      ONE,
      carrier(() => closed.push('late')),
    ),
    false,
  );
  assert.deepEqual(closed, ['late']);
  alive(ONE);
  assert.equal(leases.carry(ONE, one), true);
  assert.equal(
    leases.carry(
      TWO,
      carrier(() => closed.push('revoked')),
    ),
    false,
  );
  assert.deepEqual(closed, ['late', 'revoked']);
});
