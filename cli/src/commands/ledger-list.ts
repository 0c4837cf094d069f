// `./holdfast ledger list`: who did what, by what is known of it.
import { z } from 'zod';
import { requestAdmin } from '../admin-client.ts';
import { type Call, type Command } from '../command.ts';
import { EXIT } from '../failure.ts';
import { usageRejected } from '../faults.ts';
import { formatTable, printResult } from '../print.ts';

const Entry = z.looseObject({
  at: z.string(),
  kind: z.string(),
  subject: z.string(),
  actor: z.string(),
  credential: z.string(),
  personal: z.record(z.string(), z.string()),
});
const Entries = z.object({ items: z.array(Entry), next: z.string().nullable() });

const LIMIT = 50;
const PAGE = 1000;

/** Looks entries up. */
export const listEntries: Command = {
  name: 'ledger list',
  doc: 'Look entries of the ledger up, the newest first',
  words: [],
  flags: {
    actor: { value: 'ACTOR', doc: 'Who acted: user:ID, operator:NAME, system:PART, anonymous' },
    token: { value: 'ID', doc: 'The token that was acted with' },
    subject: { value: 'SUBJECT', doc: 'What was acted on: repo:ID, token:ID, account:ID' },
    address: { value: 'ADDRESS', doc: 'Where the caller was' },
    kind: { value: 'KIND', doc: 'Such as token.revoked, or token. for all that begin so' },
    since: { value: 'TIME', doc: 'Not before this, such as 2026-11-25T12:00Z' },
    until: { value: 'TIME', doc: 'Before this' },
    limit: { value: 'N', doc: `At most so many (${String(LIMIT)})` },
  },
  run: async (call) => {
    const entries = await collect(call);
    const rows = entries.map(({ at, kind, subject, actor, credential, personal }) => [
      at.slice(0, 19),
      kind,
      subject,
      actor,
      credential,
      personal['address'] ?? '',
    ]);
    const headings = ['AT (UTC)', 'KIND', 'SUBJECT', 'ACTOR', 'CREDENTIAL', 'ADDRESS'];
    printResult(call.json, entries, formatTable(headings, rows));
    return EXIT.done;
  },
};

async function collect(call: Call): Promise<z.infer<typeof Entry>[]> {
  const limit = Number(call.flags['limit'] ?? LIMIT);
  if (!Number.isSafeInteger(limit) || limit < 1)
    throw usageRejected('--limit is no number of entries', 'write 50');
  const filter = filterOf(call);
  const entries: z.infer<typeof Entry>[] = [];
  let cursor: string | null = '';
  while (cursor !== null && entries.length < limit) {
    const query: Record<string, string> = {
      ...filter,
      limit: String(Math.min(PAGE, limit - entries.length)),
      ...(cursor === '' ? {} : { cursor }),
    };
    const answer = await requestAdmin(call, { method: 'GET', path: ['ledger', 'entries'], query });
    const page: z.infer<typeof Entries> = Entries.parse(answer);
    entries.push(...page.items);
    cursor = page.next;
  }
  return entries;
}

function filterOf({ flags }: Call): Record<string, string> {
  const filter: Record<string, string> = {};
  for (const name of ['actor', 'subject', 'address', 'kind', 'since', 'until']) {
    const value = flags[name];
    if (typeof value === 'string') filter[name] = value;
  }
  if (typeof flags['token'] === 'string') filter['credential'] = `token:${flags['token']}`;
  return filter;
}
