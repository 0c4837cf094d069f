// What recording adds to a request, from a client's first byte to the last of the answer: the same requests to two hubs that differ in
// one line. One is the hub as it comes; the other is a copy in which `record` returns without having written anything.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyCheckout } from '@holdfast/hub/test-checkout';
import { type Figures, type Goal } from '../goals.ts';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { openScratch } from '../program.ts';
import { median } from '../result.ts';
import { openAsker, quantile, type Asker } from '../scale/latency.ts';
import { openWriters } from './writers.ts';

/** Where the hub records, and what stands there in the copy. */
const PLACE = 'hub/src/modules/ledger/ledger.ts';
const RECORDS = 'return await insertEntry(tx, entry, prepareEntry(entry));';
const RECORDS_NOT = `return '${'0'.repeat(64)}' as Sha256;`;

/** Requests before the first that counts, until the code is compiled and what is cached is warm. */
const WARM_UP = 300;

/**
 * Likes and takes likes back, each a request that writes a row, counts it on the repository's and records one entry. The two hubs
 * take turns, and so does who begins, so that both have the same share of what the machine does meanwhile.
 */
export async function measureRequests(hub: BenchHub, requests: number): Promise<Figures> {
  await using scratch = await openScratch();
  const checkout = path.join(scratch.path, 'checkout');
  await copyCheckout(checkout);
  await leaveOutRecording(path.join(checkout, PLACE));
  await using other = await openBenchHub({ checkout });
  const sides = [await openSide(hub), await openSide(other)] as const;
  for (let n = 0; n < WARM_UP + requests; n += 1) {
    if (n === WARM_UP) for (const { times } of sides) times.length = 0;
    for (const side of n % 4 < 2 ? sides : sides.toReversed())
      side.times.push((await side.asker.ask(n % 2 === 0 ? 'POST' : 'DELETE', side.target)).ms);
  }
  const [recorded, unrecorded] = [await sides[0].countNew(), await sides[1].countNew()];
  for (const { asker } of sides) asker[Symbol.dispose]();
  // Otherwise the two did not differ in what is measured.
  if (recorded < WARM_UP + requests || unrecorded > 0)
    throw new Error(`${recorded} entries were recorded, and ${unrecorded} where none was to be`);
  return present(sides[0].times, sides[1].times);
}

interface Side {
  readonly asker: Asker;
  readonly target: string;
  readonly times: number[];
  /** Entries since it was opened. */
  readonly countNew: () => Promise<number>;
}

async function openSide(hub: BenchHub): Promise<Side> {
  const before = await countEntries(hub);
  return {
    asker: openAsker(hub.url, hub.token),
    target: `/api/models/${hub.repo}/like`,
    times: [],
    countNew: async () => (await countEntries(hub)) - before,
  };
}

async function countEntries(hub: BenchHub): Promise<number> {
  await using writers = await openWriters(hub, 'hub', 1);
  const answer = await writers.clients[0]?.query<{ n: string }>('select count(*) as n from ledger.entry');
  return Number(answer?.rows[0]?.n);
}

// Fails when the line has changed: a copy that records would be compared with itself.
async function leaveOutRecording(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (text.split(RECORDS).length !== 2) throw new Error(`${PLACE} records in another way than it did`);
  await writeFile(file, text.replace(RECORDS, RECORDS_NOT));
}

function present(recorded: readonly number[], unrecorded: readonly number[]): Figures {
  const line = (name: string, of: (values: readonly number[]) => number): string =>
    `${name} ${of(unrecorded).toFixed(2)} ms without, ${of(recorded).toFixed(2)} ms with: ` +
    `${(of(recorded) - of(unrecorded)).toFixed(2)} ms added`;
  const late = (values: readonly number[]): number => quantile(values, 0.99);
  const said = [
    `a request over HTTP, ${recorded.length} to each of two hubs, of which one records nothing:`,
    line('  median', median),
    line('  p99   ', late),
    '  (reach: p99 under 2 ms added)',
  ].join('\n');
  return { said, goals: [addedGoal('a request', late(recorded) - late(unrecorded))] };
}

/** That recording adds less than two milliseconds to what is slow already. */
export function addedGoal(what: string, figure: number): Goal {
  return { what: `what is added to ${what} at p99 (ms)`, figure, limit: 2, side: 'under' };
}
