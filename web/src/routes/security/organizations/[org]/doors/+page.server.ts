// What goes through the doors of an organisation's Spaces, and what they refused.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit } from '../../../../../lib/call.ts';
import { doorRow } from '../../../../../lib/security/door-rows.ts';
import { afterOf, pagerOf, ROWS } from '../../../../../lib/security/list.ts';
import { showOrg } from '../../../../../lib/security/org.ts';

export async function load(event: ServerLoadEvent) {
  const { actor: reader } = requireVisit(event);
  const { traffic } = callOf(event).hub.centre;
  const after = afterOf(event.url.searchParams) as typeof reader.userId | undefined;
  return await showOrg(event, async ({ org, actor }) => {
    const { items, next, back } = await traffic.listOf(actor, org.id, { limit: ROWS, after });
    const counted = await traffic.hoursOfOrg(actor, org.id);
    return { spaces: items.map(doorRow), tableBack: back, ...counted, pager: pagerOf(event.url, next) };
  });
}
