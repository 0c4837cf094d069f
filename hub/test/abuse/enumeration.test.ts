// Who has an account is told by no word, no status and no time of a refused sign-in.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub } from '../harness/served-hub.ts';
import { signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const ROUNDS = 12;
/** Of the greater median. A digest that is not computed is nearly all of the time. */
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
  const times: Record<'there' | 'absent', number[]> = { there: [], absent: [] };
  const answers = new Set<string>();
  for (let n = 0; n < ROUNDS; n += 1)
    for (const kind of ['there', 'absent'] as const) {
      const { said, time } = await refuse(`${kind}-${n}x`);
      answers.add(said.replace(/"content-length":"\d+"/, ''));
      times[kind].push(time);
    }
  answers.add((await refuse('passwordless')).said.replace(/"content-length":"\d+"/, ''));
  assert.equal(answers.size, 1, [...answers].join('\n'));
  const [there, absent] = [times.there, times.absent].map(
    (all) => all.toSorted((a, b) => a - b)[ROUNDS / 2] ?? 0,
  );
  t.diagnostic(`${there?.toFixed(1)} ms and ${absent?.toFixed(1)} ms`);
  assert.ok(
    Math.abs((there ?? 0) - (absent ?? 0)) < MOST_APART * Math.max(there ?? 0, absent ?? 0),
    `${there} ${absent}`,
  );
});
