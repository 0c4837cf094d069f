// What refusals add to the ledger in a minute, each from another address: somebody who calls as fast as the hub answers must not drown it.
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { callRefused } from '@holdfast/hub/test-refused-calls';
import { type Figures } from '../goals.ts';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { note } from '../note.ts';
import { openWriters } from './writers.ts';

const MINUTE_MS = 60_000;
/** What was counted in a minute is written, ordered and signed so soon behind it. */
const WRITTEN_MS = 15_000;

/** Calls for some milliseconds within one minute, and waits until it is written. */
export async function measureGrowth(callMs: number): Promise<Figures> {
  await using hub = await openBenchHub({ trustsProxies: true });
  // Not over the end of a minute, at which a new one is counted.
  const left = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (left < callMs + 1_000) await delay(left);
  note(`refused calls for ${callMs / 1_000} s, and until their minute is written`);
  const before = await bytesOf(hub);
  const refused = await callRefused(Number(new URL(hub.url).port), AbortSignal.timeout(callMs));
  await delay(MINUTE_MS - (Date.now() % MINUTE_MS) + WRITTEN_MS);
  const grown = ((await bytesOf(hub)) - before) / MiB;
  const rate = refused / (callMs / 1_000);
  return {
    said: `refusals, ${rate.toFixed(0)} a second: ${grown.toFixed(2)} MiB more of ledger and tree in their minute (reach: under 1)`,
    goals: [{ what: 'what refusals add in a minute (MiB)', figure: grown, limit: 1, side: 'under' }],
  };
}

/** What the ledger and the notary take on the disk, indexes and all. */
async function bytesOf(hub: BenchHub): Promise<number> {
  await using superuser = await openWriters(hub, 'superuser', 1);
  const answer = await superuser.clients[0]?.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(oid)) as bytes from pg_class
      where relnamespace in ('ledger'::regnamespace, 'notary'::regnamespace) and relkind = 'r'`,
  );
  return Number(answer?.rows[0]?.bytes);
}
