// `GET /admin/ledger/entries`
import { z } from 'zod';
import { type EntrySearch } from '#modules/ledger';
import { defineRoute, type Route } from '../route/route.ts';

const Name = z.string().max(256).optional();
const Moment = z.coerce.date().optional();

const Listed = z.object({
  hash: z.string(),
  at: z.string(),
  writer: z.string(),
  kind: z.string(),
  subject: z.string(),
  actor: z.string(),
  credential: z.string(),
  body: z.string(),
  personal: z.record(z.string(), z.string()),
});

/** Looks entries of the ledger up, the newest first. */
export function listEntries({ entrySearch }: { entrySearch: EntrySearch }): Route {
  return defineRoute({
    operation: 'adminListEntries',
    summary:
      'Look entries of the ledger up by actor, credential, subject, address, kind and time, the newest first',
    access: 'operator',
    allowance: 'none',
    method: 'GET',
    path: '/admin/ledger/entries',
    params: z.unknown(),
    query: z.object({
      actor: Name,
      credential: Name,
      subject: Name,
      address: Name,
      kind: z.string().max(64).optional(),
      since: Moment,
      until: Moment,
      limit: z.coerce.number().int().min(1).max(1000).default(100),
      cursor: z.string().max(1024).optional(),
    }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({ items: z.array(Listed), next: z.string().nullable() }),
    async run({ query: { limit, cursor, ...filter } }) {
      const { items, next = null } = await entrySearch.list(filter, { limit, cursor });
      return { items: [...items], next };
    },
  });
}
