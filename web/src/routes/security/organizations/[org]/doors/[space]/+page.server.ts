// What the door of one Space of an organisation did, by the hour.
import { type ServerLoadEvent } from '@sveltejs/kit';
import { callOf } from '../../../../../../lib/call.ts';
import { doorRow } from '../../../../../../lib/security/door-rows.ts';
import { showOrg } from '../../../../../../lib/security/org.ts';

export async function load(event: ServerLoadEvent) {
  return await showOrg(event, async ({ org, actor }) => {
    const id = (event.params['space'] ?? '') as typeof org.id;
    const { hours, back, ...space } = await callOf(event).hub.centre.traffic.get(actor, id, org.id);
    return { space: doorRow(space), hours, back };
  });
}
