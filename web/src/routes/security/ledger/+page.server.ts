// Entries of the ledger: found, and followed as they come.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../lib/call.ts';
import { filterOf, rowsOf } from '../../../lib/security/entries.ts';
import { pagerOf, ROWS, withQuery } from '../../../lib/security/list.ts';

const NOTHING = { rows: [], pager: { first: undefined, next: undefined } };

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const call = callOf(event);
  const { ledger, everybody, repos } = call.hub.centre;
  const names = {
    accounts: async (ids: readonly string[]) => await everybody.namesOf(actor, ids),
    repos: async (ids: readonly string[]) => await repos.namesOf(actor, ids),
  };
  const { searchParams: query } = event.url;
  const isLive = query.has('live');
  const shared = {
    wish: Object.fromEntries(query),
    toggle: withQuery(event.url, { live: isLive ? undefined : '1', from: undefined, cursor: undefined }),
    plain: withQuery(event.url, { live: undefined, from: undefined, cursor: undefined }),
  };
  return await show(event, async () => {
    const filter = await filterOf(call, query);
    if (filter === 'unknown') return { ...shared, ...NOTHING, unknown: true, live: undefined };
    if (isLive) {
      const { items, next } = await ledger.follow(actor, filter, {
        from: numberOf(query.get('from')),
        limit: 200,
      });
      const rows = await rowsOf(names, items.toReversed());
      return { ...shared, ...NOTHING, rows, unknown: false, live: { next } };
    }
    const cursor = query.get('cursor') ?? undefined;
    const { items, next } = await ledger.list(actor, filter, { limit: ROWS, cursor });
    return {
      ...shared,
      rows: await rowsOf(names, items),
      pager: pagerOf(event.url, next, 'cursor'),
      unknown: false,
      live: undefined,
    };
  });
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
