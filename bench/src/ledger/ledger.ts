// `./holdfast bench ledger`: what recording costs, and what proving and verifying cost. `--long` verifies a million entries. It fails where a
// figure is not what it has to be.
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { exitCode, told, type Figures } from '../goals.ts';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { mustRun, openScratch, ROOT, startProgram } from '../program.ts';
import { note } from '../note.ts';
import { median } from '../result.ts';
import { quantile } from '../scale/latency.ts';
import { addedGoal, measureRequests } from './added.ts';
import { askAdmin } from './ask-admin.ts';
import { measureGrowth } from './growth.ts';
import { openWriters, PLAIN, PLAIN_TABLE, RECORD, writeFor } from './writers.ts';

/** How the command is used. */
export const LEDGER_USAGE = 'usage: ./holdfast bench ledger [--long] [--rounds N]';

const WRITERS = 32;
const QUICK = { seconds: 3, requests: 500, entries: 50_000, proofs: 100, rounds: 3, refusedMs: 5_000 };
const LONG = { seconds: 10, requests: 3_000, entries: 1_000_000, proofs: 500, rounds: 5, refusedMs: 30_000 };

/** Measures and prints; gives the exit code. */
export async function runLedger(words: readonly string[]): Promise<number> {
  const [option, number, ...more] = words.filter((word) => word !== '--long');
  const size = words.includes('--long') ? LONG : QUICK;
  const rounds = option === undefined ? size.rounds : Number(number);
  if ((option !== undefined && option !== '--rounds') || more.length > 0 || !(rounds >= 1)) {
    console.error(LEDGER_USAGE);
    return 2;
  }
  console.log(`load ${loadavg()[0]?.toFixed(1)} at the beginning`);
  const goals = await told(measureGrowth(size.refusedMs));
  await using hub = await openBenchHub();
  goals.push(...(await told(measureRecording(hub, { ...size, rounds }))));
  goals.push(...(await told(measureAdded(hub, size.requests))));
  note(`${size.requests} requests with and without an entry`);
  goals.push(...(await told(measureRequests(hub, size.requests))));
  await fill(hub, size.entries);
  console.log(await measureProofs(hub, size.proofs));
  console.log(await measureVerifying(hub));
  return exitCode(goals);
}

type Size = typeof QUICK;

async function measureRecording(hub: BenchHub, { rounds, seconds }: Size): Promise<Figures> {
  await using recording = await openWriters(hub, 'hub', WRITERS);
  await using plain = await openWriters(hub, 'superuser', WRITERS);
  await plain.clients[0]?.query(PLAIN_TABLE);
  const rates: { recorded: number; inserted: number }[] = [];
  await writeFor(recording, RECORD, 1);
  await writeFor(plain, PLAIN, 1);
  for (let round = 0; round < rounds; round += 1) {
    note(`round ${round + 1} of ${rounds}: ${WRITERS} writers`);
    const recorded = await writeFor(recording, RECORD, seconds);
    rates.push({ recorded, inserted: await writeFor(plain, PLAIN, seconds) });
  }
  const ratios = rates.map(({ recorded, inserted }) => recorded / inserted);
  const said = [
    `recorded acts, ${WRITERS} writers: ${spread(
      rates.map(({ recorded }) => recorded),
      0,
    )} a second`,
    `plain inserts of the same rows:   ${spread(
      rates.map(({ inserted }) => inserted),
      0,
    )} a second`,
    `ratio:                            ${spread(ratios, 2)} (reach 0.5)`,
  ].join('\n');
  const what = 'the ratio of acts recorded to plain inserts';
  return { said, goals: [{ what, figure: median(ratios), limit: 0.5, side: 'reach' }] };
}

/** The same transaction with and without its entry, in turns, on one connection. */
async function measureAdded(hub: BenchHub, requests: number): Promise<Figures> {
  note(`${requests} transactions with and without an entry`);
  await using writers = await openWriters(hub, 'hub', 1);
  const [client] = writers.clients;
  if (client === undefined) throw new Error('there is no connection');
  const times: { without: number[]; with: number[] } = { without: [], with: [] };
  for (let n = 0; n < requests; n += 1) {
    times.without.push(await timeAct(client, n, false));
    times.with.push(await timeAct(client, n, true));
  }
  const line = (name: string, of: (values: number[]) => number): string =>
    `${name} ${of(times.without).toFixed(2)} ms without, ${of(times.with).toFixed(2)} ms with: ` +
    `${(of(times.with) - of(times.without)).toFixed(2)} ms added`;
  const late = (values: readonly number[]): number => quantile(values, 0.99);
  const said = [
    'an act in a transaction, one after another:',
    line('  median', median),
    line('  p99   ', late),
  ];
  return { said: said.join('\n'), goals: [addedGoal('an act', late(times.with) - late(times.without))] };
}

// What the hub does when it counts a download: a row of its own, and the commit waits for the disk either way.
async function timeAct(client: pg.Client, n: number, isRecorded: boolean): Promise<number> {
  const began = performance.now();
  await client.query('begin');
  await client.query({
    name: 'act',
    text: 'insert into sessions.answered (challenge, expires_at) values ($1, now())',
    values: [`bench ${n} ${isRecorded}`],
  });
  if (isRecorded) await client.query({ name: RECORD.name, text: RECORD.text, values: RECORD.values(n) });
  await client.query('commit');
  return performance.now() - began;
}

/** Entries that are recorded in one transaction to fill the ledger; each costs more than the one before it. */
const TOGETHER = 100;

/** Records entries in few transactions until there are as many, and waits for their signature. */
async function fill(hub: BenchHub, entries: number): Promise<void> {
  await using writers = await openWriters(hub, 'hub', 8);
  const [client] = writers.clients;
  const ask = async (text: string): Promise<number> => Number((await client?.query(text))?.rows[0]?.n);
  const missing = Math.max(0, entries - (await ask('select count(*) as n from ledger.entry')));
  note(`recording ${missing} more entries`);
  const text = `insert into ledger.entry (kind, subject, actor, credential, body)
    select 'commit.created', 'repo:' || i % 20000, 'user:' || i % 50, 'token:' || i % 1000, '{"files":3}'
      from generate_series($1::int, $1::int + ${TOGETHER - 1}) i`;
  let at = 0;
  const write = async (one: pg.Client): Promise<void> => {
    while (at < missing) await one.query(text, [(at += TOGETHER)]);
  };
  await Promise.all(writers.clients.map(write));
  const began = performance.now();
  const before = await ask('select size as n from notary.tree');
  const all = await ask('select count(*) as n from ledger.entry');
  while ((await ask('select size as n from notary.tree')) < all) await delay(200);
  const rate = (all - before) / ((performance.now() - began) / 1000);
  console.log(`the notary orders and signs ${rate.toFixed(0)} entries a second`);
}

async function measureProofs(hub: BenchHub, count: number): Promise<string> {
  note(`${count} proofs`);
  await using writers = await openWriters(hub, 'hub', 1);
  const { rows } = (await writers.clients[0]?.query<{ size: number }>('select size from notary.tree')) ?? {
    rows: [],
  };
  const size = Number(rows[0]?.size);
  const lines: string[] = [];
  for (const [what, target] of [
    ['of an entry', () => `entries/${Math.floor(Math.random() * size)}`],
    ['of a chain that is empty', () => `chains/token:${Math.random()}`],
    ['of consistency', () => `consistency/${Math.floor(Math.random() * size)}/${size}`],
  ] as const) {
    const answers: { ms: number; bytes: number }[] = [];
    for (let n = 0; n < count; n += 1) answers.push(await askAdmin(hub, `/admin/ledger/${target()}`));
    const times = answers.map(({ ms }) => ms);
    lines.push(
      `proof ${what} among ${size}: ${median(times).toFixed(1)} ms (p95 ${quantile(times, 0.95).toFixed(1)}), ` +
        `${median(answers.map(({ bytes }) => bytes)).toFixed(0)} bytes`,
    );
  }
  return lines.join('\n');
}

async function measureVerifying(hub: BenchHub): Promise<string> {
  await using scratch = await openScratch();
  const file = path.join(scratch.path, 'ledger.jsonl');
  note('exporting');
  let began = performance.now();
  {
    const env = { HOLDFAST_DATA: hub.data };
    await using running = startProgram(path.join(ROOT, 'holdfast'), ['ledger', 'export'], { env });
    if (running.child.stdout === null) throw new TypeError('standard output is not a pipe');
    await pipeline(running.child.stdout, createWriteStream(file));
  }
  const exported = seconds(began);
  note('verifying');
  began = performance.now();
  const said = await mustRun(process.execPath, [path.join(ROOT, 'verifier', 'verify.mjs'), file]);
  const bytes = (await stat(file)).size;
  return `verifying ${said.split(': ')[1]?.split('\n')[0]}: ${seconds(began)} s; exporting them: ${exported} s, ${(bytes / 2 ** 20).toFixed(0)} MiB`;
}

function seconds(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}

function spread(values: readonly number[], digits: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${median(values).toFixed(digits)} [${low}-${high}]`;
}
