// `./holdfast ledger list`: who did what, by what is known of it.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { cellsOf, Entry, FILTER, filterOf } from '../ledger-filter.ts';
import { formatTable, printResult, writeOut } from '../print.ts';

const Entries = z.object({ items: z.array(Entry), next: z.string().nullable() });

const LIMIT = 50;
const PAGE = 1000;

/** Looks entries up. */
export const listEntries: Command = {
  name: 'ledger list',
  doc: 'Look entries of the ledger up, the newest first',
  words: [],
  flags: {
    ...FILTER,
    limit: { value: 'N', doc: `At most so many (${String(LIMIT)}; with --lines, all)` },
    lines: { doc: 'Write each as a line of JSON, as it is read' },
  },
  run: async (call) => {
    if (call.flags['lines'] === true) {
      for await (const entry of walk(call, Infinity)) await writeOut(`${JSON.stringify(entry)}\n`);
      return EXIT.done;
    }
    const entries = await Array.fromAsync(walk(call, LIMIT));
    const headings = ['AT (UTC)', 'KIND', 'SUBJECT', 'ACTOR', 'CREDENTIAL', 'ADDRESS'];
    printResult(call.json, entries, formatTable(headings, entries.map(cellsOf)));
    return EXIT.done;
  },
};

async function* walk(call: Call, fallback: number): AsyncGenerator<Entry> {
  const limit = Number(call.flags['limit'] ?? fallback);
  if (limit !== Infinity && (!Number.isSafeInteger(limit) || limit < 1))
    throw usageRejected('--limit is no number of entries', 'write 50');
  const filter = filterOf(call);
  let count = 0;
  let cursor: string | null = '';
  while (cursor !== null && count < limit) {
    const query: Record<string, string> = {
      ...filter,
      limit: String(Math.min(PAGE, limit - count)),
      ...(cursor === '' ? {} : { cursor }),
    };
    const answer = await requestAdmin(call, { method: 'GET', path: ['ledger', 'entries'], query });
    const page: z.infer<typeof Entries> = Entries.parse(answer);
    yield* page.items;
    count += page.items.length;
    cursor = page.next;
  }
}
