// What the door of one Space did, by the hour.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf, requireVisit, show } from '../../../../lib/call.ts';
import { doorRow } from '../../../../lib/security/door-rows.ts';

export async function load(event: ServerLoadEvent) {
  const { actor } = requireVisit(event);
  return await show(event, async () => {
    const id = (event.params['space'] ?? '') as typeof actor.userId;
    const { hours, back, ...space } = await callOf(event).hub.centre.traffic.get(actor, id);
    return { space: doorRow(space), hours, back };
  });
}
