// What goes through the doors of Spaces, and what they refused.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../lib/call.ts';
import { doorRow } from '../../../lib/security/door-rows.ts';
import { afterOf, pagerOf, ROWS } from '../../../lib/security/list.ts';

const HOURS = 48;

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  const { traffic, tally } = callOf(event).hub.centre;
  const { searchParams } = event.url;
  return await show(event, async () => {
    const after = afterOf(searchParams) as typeof actor.userId | undefined;
    const { items, next, back } = await traffic.list(actor, { limit: ROWS, after });
    return {
      spaces: items.map(doorRow),
      tableBack: back,
      ...(await tally.listHours(actor, HOURS)),
      pager: pagerOf(event.url, next),
    };
  });
}
