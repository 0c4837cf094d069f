// Who has an account is told by no word, no status and no time of a refused sign-in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { codeOf } from '../harness/second-factor.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { signInAs, visitAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const ROUNDS = 12;
/** Of the greater. A digest that is not computed is nearly all of the time. */
const MOST_APART = 0.25;

/** Without what is random in every answer: the challenge for passkeys, in the page and in its cookie. */
function withoutChallenge(said: string): string {
  return said.replaceAll(/(-challenge=)[^;"]+/g, '$1').replaceAll(/(challenge&quot;:&quot;)[\w-]+/g, '$1');
}

/** Accounts as they may stand, and names that nobody has. */
const KINDS = ['absent', 'there', 'disabled', 'passwordless', 'with-factor'] as const;
type Times = Readonly<Record<(typeof KINDS)[number], number>>;

/** Makes the accounts of one round, each under a name of its own: tries in vain are counted by account. */
async function makeAccounts(hub: ServedHub, round: number): Promise<void> {
  for (const kind of ['there', 'disabled'] as const) await signInAs(hub, `${kind}-${round}x`);
  await hub.modules.identity.disableUser(OPERATOR, `disabled-${round}x`);
  // Who comes by single sign-on, or with a passkey.
  await hub.addUser(`passwordless-${round}x`);
  const { actor, account } = await visitAs(hub, `with-factor-${round}x`);
  const { secondFactors } = hub.modules;
  const { key } = await secondFactors.begin(actor, account.id, { user: account.name, host: 'hub' });
  await secondFactors.confirm(actor, account.id, codeOf(key, hub.now()));
}

/** The least time of refusals for names of each kind; what is said must be the same. */
async function compare(): Promise<Times> {
  await using hub = await openServedHub();
  for (let round = 0; round < ROUNDS; round += 1) await makeAccounts(hub, round);
  const browser = new TestBrowser(hub);
  const answers = new Set<string>();
  const refuse = async (name: string): Promise<number> => {
    const began = performance.now();
    const { status, headers, body } = await browser.signIn(name, 'not the password');
    const time = performance.now() - began;
    const constant = { ...headers, date: '', 'x-request-id': '' };
    const said = JSON.stringify([status, constant, body.replaceAll(name, '')]);
    answers.add(withoutChallenge(said).replace(/"content-length":"\d+"/, ''));
    return time;
  };
  await refuse('warm-up');
  for (const address of ['there-0x@example.org', 'absent@example.org']) await refuse(address);
  const times = Object.fromEntries(KINDS.map((kind) => [kind, Infinity])) as Record<keyof Times, number>;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of KINDS) times[kind] = Math.min(times[kind], await refuse(`${kind}-${round}x`));
    // One address is let try so many within a quarter of an hour.
    if (round % 4 === 3) hub.passTime(16);
  }
  assert.equal(answers.size, 1, [...answers].join('\n'));
  // The least is what the work takes; the rest is what the machine did beside it.
  return times;
}

function isApart({ absent, ...others }: Times): boolean {
  return Object.values(others).some((time) => Math.abs(time - absent) >= MOST_APART * Math.max(time, absent));
}

void test('a refused sign-in is the same for a name or address that is there, however it stands, and one that is not', async (t) => {
  let times = await compare();
  // A leak is there every time; a busy machine is not.
  for (let n = 0; n < 2 && isApart(times); n += 1) times = await compare();
  const said = Object.entries(times).map(([kind, time]) => `${kind} ${time.toFixed(1)} ms`);
  t.diagnostic(said.join(', '));
  assert.equal(isApart(times), false, said.join(', '));
});
