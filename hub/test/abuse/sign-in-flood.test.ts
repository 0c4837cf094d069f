// Strangers who sign in by the hundred are refused when too many wait, and keep nobody out whose browser is known.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isFault } from '@holdfast/kernel/fault';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const FLOOD = 200;

void test('who is known does not wait behind a flood, and who was refused for it may come again', async () => {
  await using hub = await openServedHub();
  await using behind = openSuperuserPool(hub.database);
  const { known } = await signInAs(hub, 'alice');
  const outcomes: string[] = [];
  const flood = Array.from({ length: FLOOD }, async (_, n) => outcomes.push(await strange(hub, n)));
  while (outcomes.length === 0) await wait(1);
  await hub.modules.signIn.withPassword({ name: 'alice', password: PASSWORD }, { ...BROWSER, known });
  assert.ok(outcomes.length < FLOOD, 'she was in before they were through');
  await Promise.all(flood);
  const failed = outcomes.filter((one) => one === 'sign-in.failed').length;
  const busy = outcomes.filter((one) => one === 'account.passwords-busy').length;
  assert.ok(busy > 0);
  assert.equal(failed + busy, FLOOD);
  // Each that failed counts for its address, its name and both.
  const { rows } = await behind.pool.query<{ n: number }>('select sum(count)::int as n from sessions.try');
  assert.equal(rows[0]?.n, 3 * failed);
});

void test('a browser is told when to come again', async () => {
  await using hub = await openServedHub();
  const stop = new AbortController();
  const flood = Array.from({ length: 100 }, async (_, n) => {
    for (let turn = n; !stop.signal.aborted; turn += 100)
      if ((await strange(hub, turn)) === 'account.passwords-busy') await wait(20);
  });
  const refused = await firstRefused(hub).finally(() => stop.abort());
  await Promise.all(flood);
  assert.equal(refused?.headers['retry-after'], '2');
});

async function firstRefused(hub: ServedHub) {
  for (let turn = 0; turn < 20; turn += 1) {
    const answer = await new TestBrowser(hub).signIn(`somebody${turn}`, PASSWORD);
    if (answer.status === 503) return answer;
  }
  return undefined;
}

/** Signs in as nobody from an address that nobody else has; gives the refusal. */
async function strange(hub: ServedHub, n: number): Promise<string> {
  const browser = { ...BROWSER, address: `198.51.${Math.floor(n / 250)}.${n % 250}` };
  return await hub.modules.signIn.withPassword({ name: `nobody${n}`, password: PASSWORD }, browser).then(
    () => 'signed in',
    (error: unknown) => (isFault(error) ? error.code : String(error)),
  );
}
