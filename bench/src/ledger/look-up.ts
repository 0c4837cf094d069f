// `./holdfast bench ledger-look-up`: how long the operator waits for the entries of a token in a window of time, among ten
// million (`--long`; otherwise two hundred thousand). It fails where that is too long.
import type pg from 'pg';
import { exitCode, told, type Figures, type Goal } from '../goals.ts';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { note } from '../note.ts';
import { median } from '../result.ts';
import { quantile } from '../scale/latency.ts';
import { askAdmin } from './ask-admin.ts';
import { openWriters } from './writers.ts';

/** How the command is used. */
export const LOOK_UP_USAGE = 'usage: ./holdfast bench ledger-look-up [--long]';

const ENTRIES = 200_000;
const MANY = 10_000_000;
const PART = 500_000;
const QUESTIONS = 500;
const TOKENS = 1_000;
/** One token in this many entries is always the same one, as that of a busy pipeline. */
const BUSY = 10;
const DAY = 86_400_000;
/** The entries are of a year. */
const SPAN = 365 * DAY;

/** Fills, measures and prints; gives the exit code. */
export async function runLookUp(words: readonly string[]): Promise<number> {
  if (words.some((word) => word !== '--long')) {
    console.error(LOOK_UP_USAGE);
    return 2;
  }
  const entries = words.includes('--long') ? MANY : ENTRIES;
  await using hub = await openBenchHub();
  const until = Date.now();
  {
    await using superuser = await openWriters(hub, 'superuser', 1);
    for (const client of superuser.clients) await fill(client, entries, until);
  }
  const goals: Goal[] = [];
  for (const [name, question] of Object.entries(questions(until)))
    goals.push(...(await told(measure(hub, `${name}, among ${entries}`, question))));
  return exitCode(goals);
}

type Question = () => URLSearchParams;

function questions(until: number): Record<string, Question> {
  const within = (credential: string, days: number): URLSearchParams => {
    const since = until - SPAN + Math.random() * (SPAN - days * DAY);
    const [from, to] = [since, since + days * DAY].map((at) => new Date(at).toISOString());
    return new URLSearchParams({ credential, since: from ?? '', until: to ?? '', limit: '100' });
  };
  const any = (): string => `token:${Math.floor(Math.random() * TOKENS)}`;
  return {
    'a token in a day': () => within(any(), 1),
    'a token in a month': () => within(any(), 30),
    'the busy token in a month': () => within('token:busy', 30),
    'what a token did not do in a month': () => {
      const query = within(any(), 30);
      query.set('kind', 'token.revoked');
      return query;
    },
  };
}

// Put in behind the ledger's back: recording ten million takes an hour, and looking up reads the same rows and indexes.
async function fill(client: pg.Client, entries: number, until: number): Promise<void> {
  await client.query('set session_replication_role = replica');
  await client.query('set synchronous_commit = off');
  await client.query(`set maintenance_work_mem = '512MB'`);
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
       from pg_index where indrelid = 'ledger.entry'::regclass and not indisprimary`,
  );
  for (const { name } of rows) await client.query(`drop index ${name}`);
  for (let from = 0; from < entries; from += PART) {
    note(`putting in ${Math.min(entries, from + PART)} of ${entries}`);
    await client.query(FILL, [from, Math.min(entries, from + PART) - 1, new Date(until), SPAN / entries]);
  }
  for (const { name, definition } of rows) {
    note(`building ${name}`);
    await client.query(definition);
  }
  note('analysing');
  await client.query('vacuum analyze ledger.entry');
  await client.query('checkpoint');
}

const FILL = `
  insert into ledger.entry (writer, lane, n, previous, at, xid, kind, subject, subject_n, subject_previous, actor,
    credential, body, hash)
  select 'bench', i % 32, i / 32 + 1, md5(i::text) || md5(i::text), $3::timestamptz - interval '365 days' + i * $4::float8 * interval '1 ms',
    pg_current_xact_id(), case when i % 200 = 0 then 'token.revoked' else 'commit.created' end,
    'repo:' || i % 20000, 0, repeat('0', 64), 'user:' || i % 500,
    case when i % ${BUSY} = 0 then 'token:busy' else 'token:' || (random() * ${TOKENS - 1})::int end,
    '{"commit":"' || md5(i::text) || '","files":3,"ref":"refs/heads/main"}',
    encode(sha256(('bench ' || i)::bytea), 'hex')
  from generate_series($1::bigint, $2::bigint) i`;

async function measure(hub: BenchHub, name: string, question: Question): Promise<Figures> {
  note(name);
  const times: number[] = [];
  let found = 0;
  for (let n = 0; n < QUESTIONS; n += 1) {
    const { ms, text } = await askAdmin(hub, `/admin/ledger/entries?${question().toString()}`);
    times.push(ms);
    found += (JSON.parse(text) as { items: unknown[] }).items.length;
  }
  const late = quantile(times, 0.95);
  const [p50, p95, most] = [median(times), late, Math.max(...times)].map((ms) => ms.toFixed(1));
  const said = `${name}: ${p50} ms, p95 ${p95}, longest ${most}; ${(found / QUESTIONS).toFixed(0)} entries a page (reach: p95 under 100 ms)`;
  return { said, goals: [{ what: `${name}: p95 (ms)`, figure: late, limit: 100, side: 'under' }] };
}
