// Who has an account is told by no word, no status and no time of a refused sign-in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub } from '../harness/served-hub.ts';
import { signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const ROUNDS = 12;
/** Of the greater. A digest that is not computed is nearly all of the time. */
const MOST_APART = 0.25;

/** Without what is random in every answer: the challenge for passkeys, in the page and in its cookie. */
function withoutChallenge(said: string): string {
  return said.replaceAll(/(-challenge=)[^;"]+/g, '$1').replaceAll(/(challenge&quot;:&quot;)[\w-]+/g, '$1');
}

/** The least time of refusals for names that are there, and for others; what is said must be the same. One hub lets so many be tried. */
async function compare(): Promise<readonly [there: number, absent: number]> {
  await using hub = await openServedHub();
  for (let n = 0; n < ROUNDS; n += 1) await signInAs(hub, `there-${n}x`);
  await hub.addUser('passwordless');
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
  const times: Record<'there' | 'absent', number[]> = { there: [], absent: [] };
  for (let n = 0; n < ROUNDS; n += 1)
    for (const kind of ['there', 'absent'] as const) times[kind].push(await refuse(`${kind}-${n}x`));
  await refuse('passwordless');
  assert.equal(answers.size, 1, [...answers].join('\n'));
  // The least is what the work takes; the rest is what the machine did beside it.
  return [Math.min(...times.there), Math.min(...times.absent)];
}

function isApart([there, absent]: readonly [number, number]): boolean {
  return Math.abs(there - absent) >= MOST_APART * Math.max(there, absent);
}

void test('a refused sign-in is the same for a name or address that is there and one that is not', async (t) => {
  let times = await compare();
  // A leak is there every time; a busy machine is not.
  for (let n = 0; n < 2 && isApart(times); n += 1) times = await compare();
  t.diagnostic(times.map((time) => `${time.toFixed(1)} ms`).join(' and '));
  assert.equal(isApart(times), false, times.join(' '));
});
