// Releases of a vault with a database and a notary of its own, which signs as often as the product's does: how long one takes that waits for
// its checkpoint, and how many there can be.
import { setTimeout as delay } from 'node:timers/promises';
import { openTestVault, id, type TestVault } from '@holdfast/hub/test-vault';
import { startRun } from '@holdfast/hub/test-runs';
import { median } from '../result.ts';
import { quantile } from '../scale/latency.ts';
import type { Figures } from '../goals.ts';

/** As the notary itself: see `PAUSE_MS` there. */
const SIGNING_PAUSE = 50;
const ONE_BY_ONE = 60;
const SPACES = 40;
const FROM_EACH = 5;
/** Between two rounds: the vault lets 500 at once through, and then fifty a second, so that nobody floods the ledger. */
const REST_MS = 5_000;
const AT_ONCE = 20;
const KEY = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;

/** Gives what was measured. */
export async function measureReleases(rounds: number): Promise<Figures> {
  await using vault = await openTestVault({ measured: { signingPause: SIGNING_PAUSE } });
  const shown = await times(vault, ONE_BY_ONE, { key: 'PLAIN', value: 'a plain value' });
  const brokered = await times(vault, ONE_BY_ONE, { key: 'OPENAI_API_KEY', value: KEY });
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await delay(REST_MS);
    rates.push(await flood(vault));
  }
  const say = (name: string, all: readonly number[]): string =>
    `${name.padEnd(52)}${quantile(all, 0.5).toFixed(0)} ms in the middle, ${quantile(all, 0.99).toFixed(0)} at the 99th percentile`;
  const said = [
    `${say('a release of a variable, with its checkpoint', shown)} (under 150)`,
    say('a release of a brokered secret', brokered),
    `releases a minute, ${AT_ONCE} at once: ${rates.map((rate) => rate.toFixed(0)).join(', ')} (reach 1,000)`,
  ].join('\n');
  return {
    said,
    goals: [
      { what: 'a release with its checkpoint (ms)', figure: quantile(shown, 0.5), limit: 150, side: 'under' },
      { what: 'releases a minute', figure: median(rates), limit: 1_000, side: 'reach' },
    ],
  };
}

/** One after the other, each of a Space of its own: how long they took, the shortest first. */
async function times(vault: TestVault, count: number, body: object): Promise<number[]> {
  const all: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const space = await makeSpace(vault, body);
    const run = id();
    const ticket = await vault.ticket(space, run);
    const began = performance.now();
    await release(vault, space, { run, ticket });
    all.push(performance.now() - began);
  }
  return all.toSorted((one, other) => one - other);
}

async function flood(vault: TestVault): Promise<number> {
  const spaces: string[] = [];
  for (let n = 0; n < SPACES; n += 1)
    spaces.push(await makeSpace(vault, { key: 'PLAIN', value: 'a plain value' }));
  const wanted = Array.from({ length: FROM_EACH }, () => spaces).flat();
  const tickets = await Promise.all(
    wanted.map(async (space) => {
      const run = id();
      return { space, run, ticket: await vault.ticket(space, run) };
    }),
  );
  const rest = tickets.values();
  const lane = async (): Promise<void> => {
    for (const { space, ...given } of rest) await release(vault, space, given);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return (tickets.length / (performance.now() - began)) * 60_000;
}

async function makeSpace(vault: TestVault, body: object): Promise<string> {
  const space = id();
  const answer = await vault.write(space, body);
  if (answer.type !== 'done') throw new Error(`a secret was not set: ${JSON.stringify(answer)}`);
  return space;
}

async function release(
  vault: TestVault,
  space: string,
  given: { readonly run: string; readonly ticket: string },
): Promise<void> {
  const { answer } = await startRun(vault, space, given);
  if (answer.type !== 'released') throw new Error(`nothing was released: ${JSON.stringify(answer)}`);
  // What a run holds is looked through whenever a secret changes: as in an instance, runs end.
  vault.runner.say({ type: 'ended', run: given.run });
}
