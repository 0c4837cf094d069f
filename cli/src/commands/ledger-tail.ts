// `./holdfast ledger tail`: entries as they are ordered, until it is interrupted.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { isFault } from '@holdfast/kernel/fault';
import { requestAdmin } from '../admin-client.ts';
import { type Call, type Command } from '../command.ts';
import { usageRejected } from '../faults.ts';
import { cellsOf, Entry, FILTER, filterOf } from '../ledger-filter.ts';
import { plainText, writeOut } from '../print.ts';

const Followed = z.object({ items: z.array(Entry.extend({ index: z.int() })), next: z.int() });
type Followed = z.infer<typeof Followed>;

const PAGE = '1000';
/** Between two looks for something new, in milliseconds. */
const PAUSE = 250;
/** Until the next try when the hub does not answer. */
const AWAY = 1_000;

/** Follows the ledger. */
export const tailLedger: Command = {
  name: 'ledger tail',
  doc: 'Show entries as the notary orders them, until it is interrupted',
  words: [],
  flags: {
    ...FILTER,
    from: { value: 'N', doc: 'Begin with this number in the tree; by default with the next entry' },
    lines: { doc: 'Write each as a line of JSON' },
  },
  run: async (call) => {
    const lines = call.json || call.flags['lines'] === true;
    let { next } = await look(call, fromOf(call));
    for (;;) {
      const page = await lookAgain(call, next);
      if (page === undefined) {
        await delay(AWAY);
        continue;
      }
      for (const entry of page.items) {
        const text = lines ? JSON.stringify(entry) : cellsOf(entry).map(plainText).join('  ').trimEnd();
        await writeOut(`${text}\n`);
      }
      // It read a whole page, and there may be more behind it.
      if (page.next === next) await delay(PAUSE);
      ({ next } = page);
    }
  },
};

function fromOf({ flags }: Call): number | undefined {
  const from = flags['from'];
  if (typeof from !== 'string') return undefined;
  if (!/^\d{1,15}$/.test(from)) throw usageRejected('--from is no number of an entry', 'write 4711');
  return Number(from);
}

// Where to begin; asked first, so that a hub that is not there is said, and not waited for.
async function look(call: Call, from: number | undefined): Promise<Pick<Followed, 'next'>> {
  const { next } = await ask(call, {});
  return { next: from ?? next };
}

// A hub that starts over is waited for: whoever follows shall not miss what it records then.
async function lookAgain(call: Call, from: number): Promise<Followed | undefined> {
  try {
    return await ask(call, { ...filterOf(call), limit: PAGE, from: String(from) });
  } catch (error) {
    if (!isFault(error, 'instance.absent')) throw error;
    call.console.warn('the hub does not answer; it is asked again');
    return undefined;
  }
}

async function ask(call: Call, query: Record<string, string>): Promise<Followed> {
  return Followed.parse(await requestAdmin(call, { method: 'GET', path: ['ledger', 'leaves'], query }));
}
