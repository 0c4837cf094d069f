// `GET /admin/ledger/entries`, `GET /admin/ledger/leaves`, `POST /admin/ledger/erase`: looking up, following, erasing.
import { z } from 'zod';
import { type EntrySearch, type Erasure } from '#modules/ledger';
import { defineRoute, type Route } from '../route/route.ts';

const Name = z.string().max(256).optional();
const Moment = z.coerce.date().optional();

const Filter = {
  actor: Name,
  credential: Name,
  subject: Name,
  address: Name,
  kind: z.string().max(64).optional(),
  since: Moment,
  until: Moment,
};
const Limit = z.coerce.number().int().min(1).max(1000).default(100);

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
  doubted: z.record(z.string(), z.enum(['altered', 'uncommitted', 'missing'])),
});

/** The routes for entries. */
export function entryRoutes(deps: { entrySearch: EntrySearch; erasure: Erasure }): Route[] {
  return [listEntries(deps), followEntries(deps), erasePersonal(deps)];
}

function listEntries({ entrySearch }: { entrySearch: EntrySearch }): Route {
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
      ...Filter,
      limit: Limit,
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

function followEntries({ entrySearch }: { entrySearch: EntrySearch }): Route {
  return defineRoute({
    operation: 'adminFollowEntries',
    summary:
      'Look through entries in the order of the tree from a number on, or find out which number comes next',
    access: 'operator',
    allowance: 'none',
    method: 'GET',
    path: '/admin/ledger/leaves',
    params: z.unknown(),
    query: z.object({
      ...Filter,
      limit: Limit,
      from: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
    }),
    bodyKind: 'none',
    body: z.unknown(),
    output: z.object({ items: z.array(Listed.extend({ index: z.int() })), next: z.int() }),
    async run({ query: { limit, from, ...filter } }) {
      if (from === undefined) return { items: [], next: await entrySearch.countOrdered() };
      const { items, next } = await entrySearch.follow(filter, { from, limit });
      return { items: [...items], next };
    },
  });
}

function erasePersonal({ erasure }: { erasure: Erasure }): Route {
  return defineRoute({
    operation: 'adminErasePersonal',
    summary: 'Erase the personal values beside entries, which stay as they are',
    access: 'operator',
    allowance: 'none',
    method: 'POST',
    path: '/admin/ledger/erase',
    params: z.unknown(),
    query: z.unknown(),
    bodyKind: 'json',
    body: z.strictObject(Filter).refine((filter) => Object.keys(filter).length > 0, 'say of which entries'),
    output: z.object({ erased: z.int() }),
    run: async ({ actor, body }) => ({ erased: await erasure.erase(actor, body) }),
  });
}
