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

void test('a refused sign-in is the same for a name that is there and one that is not', async (t) => {
  await using hub = await openServedHub();
  for (let n = 0; n < ROUNDS; n += 1) await signInAs(hub, `there-${n}x`);
  await hub.addUser('passwordless');
  const browser = new TestBrowser(hub);
  const refuse = async (name: string): Promise<{ said: string; time: number }> => {
    const began = performance.now();
    const { status, headers, body } = await browser.signIn(name, 'not the password');
    const said = JSON.stringify([
      status,
      { ...headers, date: '', 'x-request-id': '' },
      body.replaceAll(name, ''),
    ]);
    return { said: withoutChallenge(said), time: performance.now() - began };
  };
  await refuse('warm-up');
  const answers = new Set<string>();
  const compare = async (): Promise<readonly [there: number, absent: number]> => {
    const times: Record<'there' | 'absent', number[]> = { there: [], absent: [] };
    for (let n = 0; n < ROUNDS; n += 1)
      for (const kind of ['there', 'absent'] as const) {
        const { said, time } = await refuse(`${kind}-${n}x`);
        answers.add(said.replace(/"content-length":"\d+"/, ''));
        times[kind].push(time);
      }
    // The least is what the work takes; the rest is what the machine did beside it.
    return [Math.min(...times.there), Math.min(...times.absent)];
  };
  const isApart = ([there, absent]: readonly [number, number]): boolean =>
    Math.abs(there - absent) >= MOST_APART * Math.max(there, absent);
  let times = await compare();
  // A leak is there every time; a busy machine is not.
  for (let n = 0; n < 2 && isApart(times); n += 1) times = await compare();
  answers.add((await refuse('passwordless')).said.replace(/"content-length":"\d+"/, ''));
  assert.equal(answers.size, 1, [...answers].join('\n'));
  t.diagnostic(times.map((time) => `${time.toFixed(1)} ms`).join(' and '));
  assert.equal(isApart(times), false, times.join(' '));
});
