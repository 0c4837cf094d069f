// Who knows a password and guesses the code of the second factor: they are in with no chance that counts, and what they use up keeps
// the owner out of nothing. The owner comes with a browser, or from a network, in which they signed in before, or with a recovery code.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { codeOf } from '../harness/second-factor.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs } from '../harness/sign-in.ts';

const WRONG = 'second-factor.code-wrong';
const THROTTLED = 'sign-in.throttled';
const WRONG_RECOVERY = 'aaaaa-aaaaa';
const MINUTES_A_WEEK = 7 * 24 * 60;
/** Of the network in which alice signed in. */
const NEIGHBOUR = BROWSER.address.replace(/\d+$/, '77');

interface From {
  readonly address?: string;
  readonly known?: string;
  readonly half?: string;
}

async function openAttacked({ vault = false } = {}) {
  const hub = await openServedHub(vault ? { vault } : {});
  // A vault that was just started lets fewer through than the hub.
  hub.passTime(60);
  const { value } = await signInAs(hub, 'alice');
  const { sessions, secondFactors, signIn } = hub.modules;
  const visit = await sessions.find(value.reveal('to set it up'));
  assert.ok(visit);
  const { actor, account } = visit;
  const { key } = await secondFactors.begin(actor, account.id, { user: 'alice', host: 'hub' });
  const codes = await secondFactors.confirm(actor, account.id, codeOf(key, hub.now()));
  hub.passTime(1);
  const { known } = await signIn.withCode(await beginHalf(hub), codeOf(key, hub.now()), BROWSER);
  hub.passTime(1);
  return { hub, known, codes, rightCode: () => codeOf(key, hub.now()) };
}

/** Who is asked for a code has shown the password: that is counted elsewhere, and taken back. */
async function beginHalf(hub: ServedHub): Promise<string> {
  const outcome = await hub.modules.signIn.withPassword({ name: 'alice', password: PASSWORD }, BROWSER);
  assert.ok(outcome.kind === 'half');
  return outcome.half;
}

async function attempt(hub: ServedHub, code: string, { half, ...from }: From): Promise<string> {
  const browser = { ...BROWSER, ...from };
  return await hub.modules.signIn.withCode(half ?? (await beginHalf(hub)), code, browser).then(
    () => 'in',
    (error: unknown) => (isFault(error) ? error.code : Promise.reject(error)),
  );
}

/** What as many guesses come to, each from an address of its own, or from these. */
async function guess(hub: ServedHub, count: number, from?: (n: number) => From): Promise<string[]> {
  const outcomes: string[] = [];
  const half = await beginHalf(hub);
  for (let n = 0; n < count; n += 1) {
    const where = from?.(n) ?? { address: `198.51.${100 + (n % 7)}.${n}` };
    outcomes.push(await attempt(hub, '000000', { ...where, half }));
  }
  return outcomes;
}

const countWrong = (outcomes: readonly string[]): number => outcomes.filter((one) => one === WRONG).length;

for (const vault of [false, true])
  void test(`an owner gets in while their second factor is guessed from everywhere${vault ? ', with a vault' : ''}`, async () => {
    const { hub, known, codes, rightCode } = await openAttacked({ vault });
    await using _hub = hub;
    assert.equal(countWrong(await guess(hub, 25)), 20);
    assert.equal(await attempt(hub, rightCode(), { address: '203.0.113.1' }), THROTTLED, 'as anybody else');
    hub.passTime(1);
    assert.equal(await attempt(hub, rightCode(), { address: '203.0.113.1', known }), 'in', 'their browser');
    hub.passTime(1);
    assert.equal(await attempt(hub, rightCode(), { address: NEIGHBOUR }), 'in', 'their network');
    assert.equal(await attempt(hub, codes[0] ?? '', { address: '192.88.99.2' }), 'in', 'a recovery code');
    // Signed in from there, they are no stranger there any more.
    hub.passTime(1);
    assert.equal(await attempt(hub, rightCode(), { address: '203.0.113.9' }), 'in');
  });

void test('guesses from one address that are let through no more use up nothing of anybody elsewhere', async () => {
  const { hub, rightCode } = await openAttacked();
  await using _hub = hub;
  assert.equal(countWrong(await guess(hub, 40, () => ({ address: '198.51.100.1' }))), 5);
  hub.passTime(1);
  assert.equal(await attempt(hub, rightCode(), { address: '203.0.113.1' }), 'in');
});

void test('guesses end for the rest of the week, also for who comes back each hour, and of each kind', async () => {
  const { hub, known } = await openAttacked();
  await using _hub = hub;
  for (const [kind, from, perHour] of [
    ['from anywhere', undefined, 20],
    ['from the owner’s network', (n: number) => ({ address: `192.0.2.${n + 1}` }), 10],
    ['with the owner’s browser', () => ({ known }), 10],
  ] as const) {
    const hours: number[] = [];
    for (let hour = 0; hour < 8; hour += 1) {
      hours.push(countWrong(await guess(hub, 22, from)));
      hub.passTime(61);
      await hub.modules.throttle.forget();
    }
    assert.equal(Math.max(...hours), perHour, kind);
    assert.equal(
      hours.reduce((all, one) => all + one, 0),
      50,
      kind,
    );
  }
  hub.passTime(MINUTES_A_WEEK);
  await hub.modules.throttle.forget();
  const { rows } = await hub.modules.pool.query('select 1 from sessions.try');
  assert.equal(rows.length, 0, 'nothing is kept for longer');
  assert.equal(countWrong(await guess(hub, 1)), 1);
});

void test('recovery codes are guessed as seldom from one address, and use up no tries at codes', async () => {
  const { hub, known, codes, rightCode } = await openAttacked();
  await using _hub = hub;
  const address = '198.51.100.1';
  const [outcomes, half]: [string[], string] = [[], await beginHalf(hub)];
  for (let n = 0; n < 30; n += 1) outcomes.push(await attempt(hub, WRONG_RECOVERY, { address, half }));
  assert.equal(countWrong(outcomes), 5);
  // From so many that codes of the app would be let through no more.
  for (let n = 0; n < 25; n += 1)
    assert.equal(await attempt(hub, WRONG_RECOVERY, { address: `198.51.101.${n}`, half }), WRONG);
  assert.equal(await attempt(hub, codes[0] ?? '', { address }), THROTTLED);
  assert.equal(await attempt(hub, codes[0] ?? '', { address, known }), 'in', 'their browser');
  assert.equal(await attempt(hub, codes[1] ?? '', { address: '203.0.113.1' }), 'in', 'from elsewhere');
  hub.passTime(1);
  assert.equal(await attempt(hub, rightCode(), { address: '203.0.114.1' }), 'in');
});

void test('who came with the password alone, before there was a second factor, uses up nothing of its owner’s', async () => {
  const hub = await openServedHub();
  await using _hub = hub;
  hub.passTime(60);
  const thief = { ...BROWSER, address: '198.51.100.9' };
  const { value } = await signInAs(hub, 'alice');
  const { sessions, secondFactors, signIn } = hub.modules;
  const stolen = await signIn.withPassword({ name: 'alice', password: PASSWORD }, thief);
  assert.ok(stolen.kind === 'signed-in');
  const { known } = stolen.signedIn;
  const visit = await sessions.find(value.reveal('to set it up'));
  assert.ok(visit);
  const { key } = await secondFactors.begin(visit.actor, visit.account.id, { user: 'alice', host: 'hub' });
  await secondFactors.confirm(visit.actor, visit.account.id, codeOf(key, hub.now()));
  // By their mark, from their network, and from everywhere.
  for (let hour = 0; hour < 6; hour += 1) {
    await guess(hub, 12, () => ({ known }));
    await guess(hub, 12, (n) => ({ address: `198.51.100.${n + 1}` }));
    hub.passTime(60);
  }
  assert.equal(await attempt(hub, codeOf(key, hub.now()), { address: thief.address, known }), THROTTLED);
  assert.equal(
    await attempt(hub, codeOf(key, hub.now()), { address: NEIGHBOUR }),
    'in',
    'where it was set up',
  );
});
