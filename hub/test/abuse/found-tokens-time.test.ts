// The time of the answer to a report tells nobody whether a token exists, is live, or was ended, nor whether the report was one too many.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mintToken } from '@holdfast/kernel/token-text';
import { RateLimiter } from '../../src/surfaces/route/rate-limit.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { ask, closeAnswers } from '../harness/timed-answers.ts';

const ROUNDS = 60;
/** Milliseconds from one that never was. What is queued for a live one alone takes nearly twice as many, waited for or not. */
const MOST_APART_MS = 1.5;
const KINDS = ['live', 'ended', 'never', 'no token', 'above the rate'] as const;
type Kind = (typeof KINDS)[number];

/** Texts of each kind. A report ends what is live: each is reported once. */
async function openTexts(hub: ServedHub): Promise<Record<Kind, readonly string[]>> {
  await hub.addUser('ada');
  const issue = async (): Promise<string> => (await hub.addToken('ada', 'read')).text;
  const made: Record<'live' | 'ended', string[]> = { live: [], ended: [] };
  for (let n = 0; n < ROUNDS; n += 1) for (const of of Object.values(made)) of.push(await issue());
  for (const text of made.ended) await hub.modules.foundTokens.report([text], '192.0.2.1');
  const never = Array.from({ length: ROUNDS }, () => mintToken().reveal('the test reports it'));
  return { ...made, never, 'no token': never.map(() => 'nothing'), 'above the rate': never };
}

/** The middle time of answers for each kind, over one connection, each kind in every place of the order. */
async function measure(): Promise<Record<Kind, number>> {
  await using hub = await openServedHub();
  // Another hub of the same database, for which each call is one too many.
  const [none, now] = [{ anonymous: 0, signedIn: 0 }, () => new Date(60_000)];
  const limits = { quotas: { api: none, resolve: none }, windowSeconds: 300, clock: { now } };
  await using busy = await openServedHub({ on: hub.database, rateLimiter: new RateLimiter(limits) });
  const texts = await openTexts(hub);
  const times: Record<Kind, number[]> = {
    live: [],
    ended: [],
    never: [],
    'no token': [],
    'above the rate': [],
  };
  const seen = new Set<string>();
  for (let n = 0; n < ROUNDS; n += 1)
    for (let at = 0; at < KINDS.length; at += 1) {
      const kind = KINDS[(n + at) % KINDS.length] ?? 'never';
      const body = JSON.stringify({ credentials: [texts[kind][n]] });
      const { url } = kind === 'above the rate' ? busy : hub;
      const answer = await ask(`${url}/api/credentials/revoke`, { method: 'POST', body });
      assert.equal(answer.status, 202);
      // Headers tell nothing, either: one that ends the connection does.
      seen.add(JSON.stringify({ ...answer, ms: 0 }));
      times[kind].push(answer.ms);
    }
  assert.deepEqual([...seen].slice(1), [], 'all are answered alike');
  const middle = (all: readonly number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1] ?? 0;
  return {
    ...{ live: middle(times.live), ended: middle(times.ended) },
    ...{ never: middle(times.never), 'no token': middle(times['no token']) },
    'above the rate': middle(times['above the rate']),
  };
}

function isApart(times: Record<Kind, number>): boolean {
  return KINDS.some((kind) => Math.abs(times[kind] - times.never) > MOST_APART_MS);
}

void test('a report takes the same time, whatever was found', { timeout: 240_000 }, async (t) => {
  t.after(closeAnswers);
  let times = await measure();
  // A leak is there every time; a busy machine is not.
  for (let n = 0; n < 2 && isApart(times); n += 1) times = await measure();
  const said = KINDS.map((kind) => `${kind} ${times[kind].toFixed(1)} ms`).join(', ');
  t.diagnostic(said);
  assert.equal(isApart(times), false, said);
});
